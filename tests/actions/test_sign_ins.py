"""A mail tells of a browser that an account was not used from before."""

from __future__ import annotations

from chat.actions.sign_ins import browser_name
from tests.support.harness import ChatTestCase
from tests.support.mails import mails, part

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1"


class SignInTests(ChatTestCase):
    async def sign_in(self, browser: str) -> list[str]:
        """The plain text of all mails there are afterwards."""
        await self.app.accounts.start_session(self.owner.user, browser)
        await self.app.deferred_work.quiet()
        return [part(mail, "plain") for mail in mails(self.server.settings.data)]

    async def test_one_more_browser_is_told_of_once(self) -> None:
        self.assertEqual(await self.sign_in(FIREFOX), [], "the first of all is no news")
        self.assertEqual(await self.sign_in(FIREFOX), [])
        (text,) = await self.sign_in(CHROME)
        self.assertIn("Chrome on Windows", text)
        self.assertEqual(len(await self.sign_in(CHROME)), 1)
        self.assertEqual(len(await self.sign_in(FIREFOX)), 1)

    async def test_who_wants_no_such_mails_gets_none(self) -> None:
        await self.owner.call("PATCH", "/settings", enable_login_emails=False)
        for browser in (FIREFOX, CHROME, SAFARI):
            self.assertEqual(await self.sign_in(browser), [])

    def test_browsers_in_few_words(self) -> None:
        self.assertEqual([browser_name(one) for one in (FIREFOX, CHROME, SAFARI, "", "curl/8.1 <b>")],
                         ["Firefox on Linux", "Chrome on Windows", "Safari on iPhone", "?", "curl/8.1 b"])
