"""A message built to be slow holds up nobody else."""

from __future__ import annotations

from chat.markdown.errors import MarkdownTooSlow
from chat.markdown.risk import is_risky
from chat.models import MAX_MESSAGE
from tests.support.harness import ChatTestCase

SLOW = {
    "nested quotes": ">" * 60 + " x\n",
    "formulas": "$$\\frac{\\sqrt{x_1}}{\\sum_{i=0}^n y_i}$$ ",
    "emoji": ":tada: ",
    "mentions": "@**Olga Owner** ",
    "unclosed brackets": "[a](",
    "stars": "**a*b",
}


class SlowMarkdownTests(ChatTestCase):
    async def test_others_are_answered_meanwhile(self) -> None:
        """While a message that is risky is rendered, other people's requests are answered, and then it is sent."""
        other = await self.server.person()
        content = (SLOW["formulas"] * MAX_MESSAGE)[:9_900]
        self.assertTrue(is_risky(content))
        sending = self.owner.start("POST", "/messages", type="channel", to="general", topic="t", content=content)
        answered = 0
        while not sending.called:
            await other.call("GET", "/messages", anchor="newest", num_before=1, num_after=0)
            answered += 1
        reply = await sending
        self.assertEqual(reply.status, 200)
        self.assertGreaterEqual(answered, 5)

    async def test_messages_at_the_limit(self) -> None:
        """Of each kind of slow message that fits the limit, all are sent, or refused in a sentence."""
        for name, piece in SLOW.items():
            content = (piece * MAX_MESSAGE)[:9_900].strip()
            status, body = await self.owner.answer(
                "POST", "/messages", type="channel", to="general", topic="t", content=content)
            self.assertIn(status, (200, 400), name)
            if status == 400:
                self.assertEqual(body["code"], "BAD_REQUEST")
                self.assertTrue(body["msg"].endswith("."), body["msg"])

    async def test_too_slow_is_told(self) -> None:
        """What cannot be rendered in time is refused with a sentence, and nothing is stored."""
        async def render(*_: object, **__: object) -> None:
            raise MarkdownTooSlow("This message takes too long to be rendered. Make it simpler.")

        self.patch(self.app.markdown, "render", render)
        refusal = await self.owner.refusal("POST", "/messages", type="channel", to="general", topic="t", content="x")
        self.assertEqual(refusal["msg"], "This message takes too long to be rendered. Make it simpler.")
        self.assertEqual((await self.app.database.query("SELECT count(*) FROM message"))[0][0], 0)
