"""What the demo organisation consists of. Scripts count on its people, passwords and channels: they do not change."""

from __future__ import annotations

from dataclasses import dataclass

from chat.models import Role

DEMO_ORGANISATION = "Plait demo"
DEMO_PASSWORD = "plait-demo"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    email: str
    full_name: str
    role: int


DEMO_PEOPLE = (
    DemoPerson("ada@plait.example", "Ada Lovelace", Role.OWNER),
    DemoPerson("grace@plait.example", "Grace Hopper", Role.ADMINISTRATOR),
    DemoPerson("alan@plait.example", "Alan Turing", Role.MEMBER),
    DemoPerson("hedy@plait.example", "Hedy Lamarr", Role.MEMBER),
    DemoPerson("linus@plait.example", "Linus Pauling", Role.MEMBER),
)

DEMO_CHANNELS = (
    ("general", "News for everyone, and what belongs nowhere else."),
    ("engineering", "How we build it: designs, reviews, puzzles."),
    ("random", "Tea, books, the garden."),
)

ADA, GRACE, ALAN, HEDY, LINUS = range(5)

DEMO_MESSAGES: tuple[tuple[int, str | tuple[int, ...], str, str], ...] = (
    (ADA, "general", "welcome", "Welcome to Plait! :wave: Every conversation has a **channel** and a **topic**, so "
     "several can go on at once without getting tangled."),
    (GRACE, "general", "welcome", "Two things that helped me on the first day:\n\n"
     "* click a topic at the left to read just that conversation\n"
     "* press `r` to reply, `c` to start something new, `?` for the rest"),
    (ALAN, "general", "welcome", "And nobody needs to read everything. What is unread waits, sorted by topic."),
    (HEDY, "general", "team lunch", "Who joins on Thursday? The noodle place has a table for six at 12:30."),
    (LINUS, "general", "team lunch", "I do. @**Ada Lovelace** you wanted to tell us about the bridge in Bath?"),
    (ADA, "general", "team lunch", "With pleasure, I bring the drawings."),
    (GRACE, "engineering", "release checklist", "For Friday:\n\n1. freeze the schema\n2. run the load test\n"
     "3. write the notes\n\nWho takes which?"),
    (ALAN, "engineering", "release checklist", "The load test is mine. Last night it held 4,000 messages a minute on "
     "the small machine."),
    (GRACE, "engineering", "release checklist", "> it held 4,000 messages a minute\n\nLovely. Then I write the notes."),
    (HEDY, "engineering", "frequency hopping", "The receiver and the sender step through the same sequence, so whoever "
     "listens on one frequency hears next to nothing:\n\n```python\ndef hop(step: int, key: list[int]) -> int:\n"
     "    \"\"\"The channel to use at this step; both sides agree without a word.\"\"\"\n"
     "    return key[step % len(key)]\n```"),
    (ADA, "engineering", "frequency hopping", "Elegant. What happens when the two clocks drift apart?"),
    (HEDY, "engineering", "frequency hopping", "Then you *wait on one frequency* until the other comes by. See "
     "https://en.wikipedia.org/wiki/Frequency-hopping_spread_spectrum for the whole story."),
    (LINUS, "engineering", "code review", "`snake_case` in the parser, please. The rest reads well :+1:"),
    (LINUS, "random", "garden", "The first tomatoes are ripe :tomato: They are on the window sill, help yourselves."),
    (GRACE, "random", "garden", "~~Two left.~~ None left. They were excellent."),
    (ALAN, "random", "puzzles", "A chess puzzle for tea: White to move, mate in three, and no queen on the board."),
    (ADA, "random", "puzzles", "I have it on paper. Compare at four, in #**random>puzzles**?"),
    (GRACE, (ADA, GRACE), "", "Do you have a minute this afternoon for the budget?"),
    (ADA, (ADA, GRACE), "", "After three is good."),
    (HEDY, (ADA, HEDY, ALAN), "", "I booked the big room for the three of us on Monday, ten o'clock."),
)
"""(who, channel or people, topic, text), in the order in which they were sent."""
