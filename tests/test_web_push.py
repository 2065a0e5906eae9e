"""Web Push: the standards' own examples, and what a browser makes of what we encrypt."""

from __future__ import annotations

import os

import orjson
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from chat.web_push import (
    MAX_PLAIN_BYTES,
    Vapid,
    browser_keys,
    decode,
    encode,
    encrypt,
    public_point,
)
from tests.support.browser_push import BrowserSide

RFC_8291 = {
    "plain": "V2hlbiBJIGdyb3cgdXAsIEkgd2FudCB0byBiZSBhIHdhdGVybWVsb24",
    "our_private": "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
    "their_public": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    "salt": "DGv6ra1nlYgDCS1FRnbzlw",
    "body": "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK"
            "6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
}


class EncryptionTests:
    def test_the_example_of_the_standard(self) -> None:
        key = ec.derive_private_key(int.from_bytes(decode(RFC_8291["our_private"]), "big"), ec.SECP256R1())
        plain = decode(RFC_8291["plain"])
        body = encrypt(plain, browser_keys(RFC_8291["their_public"], RFC_8291["auth"]), key=key,
                       salt=decode(RFC_8291["salt"]), padded_bytes=len(plain) + 1)
        assert encode(body) == RFC_8291["body"]

    @given(st.binary(max_size=MAX_PLAIN_BYTES))
    def test_the_browser_reads_what_was_said_and_the_length_tells_nothing(self, plain: bytes) -> None:
        browser = BrowserSide()
        body = encrypt(plain, browser.keys)
        assert browser.decrypt(body) == plain
        assert len(body) == len(encrypt(b"", browser.keys)) <= 4096

    def test_another_browser_reads_nothing(self) -> None:
        with pytest.raises(InvalidTag):
            BrowserSide().decrypt(encrypt(b"secret", BrowserSide().keys))

    def test_nothing_is_used_twice(self) -> None:
        browser = BrowserSide()
        assert encrypt(b"same", browser.keys)[:86] != encrypt(b"same", browser.keys)[:86]

    @pytest.mark.parametrize(("p256dh", "auth"), [
        ("", ""), ("AAAA", encode(bytes(16))), (encode(b"\x04" + bytes(64)), encode(bytes(16))),
        (encode(public_point(ec.generate_private_key(ec.SECP256R1()))), encode(bytes(15))), ("*" * 87, "ä")],
        ids=["nothing", "too short", "no point", "short secret", "no base64"])
    def test_keys_that_are_none_are_refused(self, p256dh: str, auth: str) -> None:
        with pytest.raises(ValueError):
            browser_keys(p256dh, auth)


def started(seed: bytes) -> Vapid:
    vapid = Vapid("https://chat.example.com")
    vapid.start(seed)
    return vapid


class VapidTests:
    def test_the_token_is_signed_by_the_key_that_browsers_were_given(self) -> None:
        vapid = started(os.urandom(32))
        scheme, _, parameters = vapid.authorization("https://push.example.net:8443/a/b?c", 1_000_000).partition(" ")
        assert scheme == "vapid"
        given_ = dict(part.strip().split("=", 1) for part in parameters.split(","))
        assert given_["k"] == vapid.public_key
        head, claims, signature = given_["t"].split(".")
        assert orjson.loads(decode(head)) == {"typ": "JWT", "alg": "ES256"}
        assert orjson.loads(decode(claims)) == {
            "aud": "https://push.example.net:8443", "exp": 1_000_000 + 12 * 3600, "sub": "https://chat.example.com"}
        raw = decode(signature)
        assert len(raw) == 64
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(vapid.public_key)).verify(
            encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")),
            f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))

    def test_the_same_seed_gives_the_same_key(self) -> None:
        assert started(b"x" * 32).public_key == started(b"x" * 32).public_key
        assert started(b"x" * 32).public_key != started(b"y" * 32).public_key


