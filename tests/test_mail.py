"""Mails as they are made: every template in full, and nothing that somebody typed ever becomes a header."""

from __future__ import annotations

import string
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from twisted.internet.task import Clock

from chat.deferred_work import NewJob
from chat.directory import Directory, Loaded
from chat.letters import Letters
from chat.mail import Mailer, NoMailAddress, default_sender, mail_address
from chat.models import Organisation
from tests.support.mails import part

LINK = "https://chat.example.com/accounts/go/0123456789abcdef/"
WORDS: dict[str, dict[str, Any]] = {
    "invitation": {"inviter": "Ann <b>Li</b>", "link": LINK, "days": 10, "note": "We start\non Monday."},
    "confirm_sign_up": {"link": LINK, "hours": 24},
    "reset_password": {"name": "Bo", "link": LINK, "hours": 24},
    "confirm_address": {"name": "Bo", "link": LINK, "new_address": "bo@new.example", "hours": 24},
    "address_changed": {"name": "Bo", "new_address": "bo@new.example"},
    "new_sign_in": {"name": "Bo", "browser": "Firefox on Linux", "when": "today at 9:41"},
    "bot_failure": {"name": "Bo", "bot": "Weather", "target": "https://bot.example/hook",
                    "reason": "it answered with an error", "status": 502, "link": LINK},
    "test": {"name": "Bo"},
}


def mailer(organisation: str = "Näherei & Co", sender: str = "noreply@chat.example.com") -> Mailer:
    directory = Directory("https://chat.example.com")
    directory.load(Loaded(organisation=Organisation(organisation, "", 0)))
    clock = Clock()
    clock.advance(1_700_000_000)
    return Mailer(None, directory, clock, Letters(), sender=sender, delivers=True)  # type: ignore[arg-type]


def parsed(job: NewJob) -> EmailMessage:
    mail = str(job.payload["mail"])
    assert mail.isascii()
    assert max(map(len, mail.splitlines())) < 998
    return message_from_string(mail, policy=default)  # type: ignore[return-value]


class TemplateTests:
    @pytest.mark.parametrize("template", WORDS)
    def test_every_template_has_what_it_is_about_in_both_parts(self, template: str) -> None:
        mail = parsed(mailer().make("bo@example.com", template, WORDS[template], to_name="Bo"))
        text, html = part(mail, "plain"), part(mail, "html")
        for word in ("link", "new_address", "browser", "when", "reason"):
            if word in WORDS[template]:
                assert WORDS[template][word] in text
                assert WORDS[template][word] in html
        assert "Näherei & Co" in text and "Näherei &amp; Co" in html
        assert mail["Subject"] and "\n" not in mail["Subject"]
        assert "{{" not in text + html and "%(" not in text + html

    def test_what_people_named_things_stays_text(self) -> None:
        mail = parsed(mailer().make("bo@example.com", "invitation", WORDS["invitation"]))
        assert "Ann <b>Li</b>" in part(mail, "plain")
        assert "Ann &lt;b&gt;Li&lt;/b&gt;" in part(mail, "html")
        assert "<b>" not in part(mail, "html")

    def test_a_missing_word_is_an_error(self) -> None:
        with pytest.raises(UndefinedError):
            mailer().make("bo@example.com", "reset_password", {"name": "Bo", "hours": 1})

    def test_the_parts_come_in_the_order_that_programs_expect(self) -> None:
        mail = parsed(mailer().make("bo@example.com", "test", WORDS["test"]))
        assert mail.get_content_type() == "multipart/alternative"
        assert [one.get_content_type() for one in mail.iter_parts()] == ["text/plain", "text/html"]


class HeaderTests:
    def test_who_when_and_that_no_person_wrote_it(self) -> None:
        mail = parsed(mailer().make("bo@example.com", "test", WORDS["test"], to_name="Bo Ek"))
        assert mail["From"] == "Näherei & Co <noreply@chat.example.com>"
        assert mail["To"] == "Bo Ek <bo@example.com>"
        assert mail["Date"] == "Tue, 14 Nov 2023 22:13:20 +0000"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Message-ID"].endswith("@chat.example.com>")
        assert mail["List-Unsubscribe"] is None

    def test_no_two_mails_have_the_same_id(self) -> None:
        ids = {parsed(mailer().make("bo@example.com", "test", WORDS["test"]))["Message-ID"] for _ in range(20)}
        assert len(ids) == 20

    def test_threads_and_unsubscribing(self) -> None:
        mail = parsed(mailer().make("bo@example.com", "test", WORDS["test"], reply_to="noreply@chat.example.com",
                                    unsubscribe=LINK, conversation="topic-3-abc"))
        assert mail["List-Unsubscribe"] == f"<{LINK}>"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["References"] == mail["In-Reply-To"] == "<topic-3-abc@chat.example.com>"
        assert mail["Reply-To"] == "noreply@chat.example.com"

    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), st.booleans())
    def test_nothing_typed_becomes_a_header(self, typed: str, as_organisation: bool) -> None:
        """Names with line breaks in every spelling end up within one header, or not at all."""
        made = mailer(typed if as_organisation else "Plait").make(
            "bo@example.com", "invitation", {**WORDS["invitation"], "inviter": typed}, to_name=typed)
        mail = parsed(made)
        assert sorted(mail.keys()) == sorted(
            ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"])
        assert mail["To"].addresses[0].addr_spec == "bo@example.com"
        assert len(mail["To"].addresses) == len(mail["From"].addresses) == 1

    def test_a_long_subject_is_cut(self) -> None:
        mail = parsed(mailer("x" * 5000).make("bo@example.com", "test", WORDS["test"]))
        assert len(mail["Subject"]) <= 150


class AddressTests:
    @pytest.mark.parametrize("address", [
        "a@b.example", "first.last+tag@example.com", "o'neil@example.com", " spaces@example.com ", "x@localhost"])
    def test_usual_ones(self, address: str) -> None:
        assert mail_address(address) == address.strip()

    def test_a_domain_of_other_letters_is_put_into_ascii(self) -> None:
        assert mail_address("jo@bücher.example") == "jo@xn--bcher-kva.example"

    @pytest.mark.parametrize("address", [
        "", "nobody", "@example.com", "a@", "a@b@c", "a b@example.com", "a@exa mple.com", "a@example.com\nBcc: x@y.z",
        "a\r\nRCPT TO:<x@y.z>@example.com", "<a@example.com>", "a,b@example.com", '"a b"@example.com', "ä@example.com",
        "a@-example.com", "a@" + "x" * 64 + ".com", "a" * 65 + "@example.com", "a@[127.0.0.1]", ".a@example.com",
        "a..b@example.com", "a@" + ".".join(["x" * 50] * 5) + ".example", "a@b..c", "a\0@example.com"])
    def test_others_are_refused(self, address: str) -> None:
        with pytest.raises(NoMailAddress):
            mail_address(address)

    @given(st.text(max_size=80), st.text(string.printable, max_size=40))
    def test_whatever_is_accepted_is_one_address_and_nothing_else(self, local_part: str, domain: str) -> None:
        try:
            made = mail_address(f"{local_part}@{domain}")
        except NoMailAddress:
            return
        assert made.isascii() and made.isprintable() and made.count("@") == 1
        assert not set(made) & set(' <>,;:"()[]\\')

    def test_where_mails_come_from_unless_told(self) -> None:
        assert default_sender("https://chat.example.com:8443") == "noreply@chat.example.com"
        assert default_sender("http://[::1]:9991") == "noreply@localhost"
        assert mailer(sender="Team <team@example.com>").no_reply == "team@example.com"
