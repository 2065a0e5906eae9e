"""How services prove that it is they who post: right, wrong, missing and old signatures of each scheme."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from urllib.parse import quote_plus

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chat.resources.incoming import signatures as schemes
from chat.resources.incoming.signatures import MAX_AGE_S, Signature
from chat.resources.webhooks import services

SECRET, BODY, NOW = "whsec_loom", b'{"thread": 7}', 1_700_000_000


def mac(data: bytes = BODY, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), data, hashlib.sha256).hexdigest()


def token(claims: Mapping[str, str], head: str = '{"alg":"HS256","typ":"JWT"}') -> str:
    def encoded(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    signed = f"{encoded(head.encode())}.{encoded(json.dumps(claims).encode())}"
    return f"{signed}.{encoded(hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).digest())}"


def timed(form: str, time: int, **extra: str) -> Mapping[str, str]:
    return {"Sig": form.format(time=time, mac=mac(f"{time}.".encode() + BODY)), **extra}


def v0(time: int) -> Mapping[str, str]:
    return {"Sig": "v0=" + mac(f"v0:{time}:".encode() + BODY), "Time": str(time)}


HEX, BASE64 = schemes.hmac_hex("Sig", "sha256="), schemes.hmac_base64("Sig")
SEVERAL, TIMED = schemes.hmac_of_several("Sig", "v1="), schemes.hmac_with_time("Sig")
HEADER_TIME = schemes.hmac_with_time_header("Sig", "Time", "v0=")
SHOWN, JWT = schemes.shown("Sig"), schemes.jwt_of_body("Sig")
DIGEST = hashlib.sha256(BODY).hexdigest()


def fits(scheme: Signature, headers: Mapping[str, str], body: bytes = BODY, secret: str = SECRET) -> bool:
    return scheme(secret, headers.get, body, NOW)


@pytest.mark.parametrize("scheme, headers", [
    (HEX, {"Sig": "sha256=" + mac()}),
    (BASE64, {"Sig": base64.b64encode(bytes.fromhex(mac())).decode()}),
    (SEVERAL, {"Sig": "v1=" + mac()}), (SEVERAL, {"Sig": f"v1={'0' * 64}, v1={mac()}"}),
    (TIMED, timed("t={time},v1={mac}", NOW)), (TIMED, timed("t={time},v0=x,v1={mac}", NOW - MAX_AGE_S)),
    (HEADER_TIME, v0(NOW)), (SHOWN, {"Sig": SECRET}), (JWT, {"Sig": token({"iss": "netlify", "sha256": DIGEST})})])
def test_a_right_signature_fits_and_only_this_body_and_secret(scheme: Signature, headers: Mapping[str, str]) -> None:
    assert fits(scheme, headers)
    assert not fits(scheme, headers, secret=SECRET + "x")
    if scheme is not SHOWN:
        assert not fits(scheme, headers, body=BODY + b" ")
    for name in headers:
        assert not fits(scheme, {**headers, name: ""})
        assert not fits(scheme, {**headers, name: "ünïcode"})
        assert not fits(scheme, {**headers, name: headers[name][:-1]})
    assert not fits(scheme, {})


@pytest.mark.parametrize("scheme, headers", [
    (TIMED, timed("t={time},v1={mac}", NOW - MAX_AGE_S - 1)), (TIMED, timed("t={time},v1={mac}", NOW + MAX_AGE_S + 1)),
    (TIMED, {"Sig": "v1=" + mac()}), (HEADER_TIME, v0(NOW - MAX_AGE_S - 1)),
    (HEADER_TIME, {**v0(NOW), "Time": str(NOW + 1)}), (HEX, {"Sig": mac()}), (SEVERAL, {"Sig": "v2=" + mac()}),
    (JWT, {"Sig": token({"sha256": DIGEST}, head='{"alg":"none"}')}), (JWT, {"Sig": token({"sha256": "0" * 64})}),
    (JWT, {"Sig": token({"iss": DIGEST})}), (JWT, {"Sig": ".." }), (JWT, {"Sig": "é.é.é"})])
def test_what_is_old_or_of_another_kind_does_not(scheme: Signature, headers: Mapping[str, str]) -> None:
    assert not fits(scheme, headers)


def test_a_form_that_is_signed_with_a_private_key() -> None:
    key = generate_rsa_key(65537, 2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    payload = '{"number": "31"}'
    body = f"payload={quote_plus(payload)}".encode()
    signed = base64.b64encode(key.sign(payload.encode(), PKCS1v15(), SHA1())).decode()
    scheme = schemes.rsa_of_payload("Signature")
    assert fits(scheme, {"Signature": signed}, body, public)
    assert not fits(scheme, {"Signature": signed}, body.replace(b"31", b"32"), public)
    assert not fits(scheme, {}, body, public)
    assert not fits(scheme, {"Signature": "no base64"}, body, public)
    assert not fits(scheme, {"Signature": signed}, body, "no key")
    other = generate_private_key(SECP256R1()).public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert not fits(scheme, {"Signature": signed}, body, other)


SIGNED: dict[str, Callable[[bytes], Mapping[str, str]]] = {
    "github": lambda body: {"X-Hub-Signature-256": "sha256=" + mac(body)},
    "gitlab": lambda body: {"X-Gitlab-Token": SECRET},
    "gitea": lambda body: {"X-Gitea-Signature": mac(body)},
    "bitbucket": lambda body: {"X-Hub-Signature": "sha256=" + mac(body)},
    "jira": lambda body: {"X-Hub-Signature": "sha256=" + mac(body)},
    "linear": lambda body: {"Linear-Signature": mac(body)},
    "sentry": lambda body: {"Sentry-Hook-Signature": mac(body)},
    "pagerduty": lambda body: {"X-PagerDuty-Signature": "v1=" + mac(body)},
    "grafana": lambda body: {"X-Grafana-Alerting-Signature": mac(body)},
    "stripe": lambda body: {"Stripe-Signature": f"t={NOW},v1={mac(f'{NOW}.'.encode() + body)}"},
    "circleci": lambda body: {"circleci-signature": "v1=" + mac(body)},
    "netlify": lambda body: {"X-Webhook-Signature": token(
        {"iss": "netlify", "sha256": hashlib.sha256(body).hexdigest()})},
}


@pytest.mark.parametrize("name", sorted(SIGNED))
def test_each_service_signs_in_its_own_way(name: str) -> None:
    scheme = services()[name].signature
    assert scheme is not None
    assert fits(scheme, SIGNED[name](BODY))
    assert not fits(scheme, SIGNED[name](BODY), secret="another")


def test_every_service_that_signs_is_tried() -> None:
    signing = {name for name, service in services().items() if service.signature is not None}
    assert signing == {*SIGNED, "travis"}
