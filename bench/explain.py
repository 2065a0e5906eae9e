"""How PostgreSQL answers the main questions over a million messages: `python -m bench.explain`.

Makes a database of its own (embedded PostgreSQL in a temporary folder), fills it, asks through the application's own
code, and prints for each question its time and in short how PostgreSQL finds the answer.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
from twisted.internet import reactor
from twisted.internet.defer import Deferred

from chat.app import Application
from chat.database.cluster import Cluster
from chat.database.migrate import migrate
from chat.history import Wanted
from chat.narrow import parse_narrow
from chat.settings import Settings

MESSAGES = 1_000_000
PEOPLE, CHANNELS, TOPICS, READERS = 200, 20, 400, 3

FILL = f"""
INSERT INTO organisation (name) VALUES ('Explained');
INSERT INTO user_profile (email, full_name, role) SELECT 'p' || n || '@x.test', 'Person ' || n, 400
    FROM generate_series(1, {PEOPLE}) n;
INSERT INTO recipient (user_ids) SELECT NULL FROM generate_series(1, {CHANNELS});
INSERT INTO recipient (user_ids) SELECT ARRAY[1, n] FROM generate_series(2, {PEOPLE}) n;
INSERT INTO channel (name, recipient_id) SELECT 'channel ' || n, n FROM generate_series(1, {CHANNELS}) n;
INSERT INTO subscription (user_id, channel_id, color) SELECT u, c, '#000000'
    FROM generate_series(1, {PEOPLE}) u, generate_series(1, {CHANNELS}) c;
INSERT INTO message (sender_id, recipient_id, channel_id, topic, content, rendered_content, queue_id, local_id, search)
    SELECT 1 + n * 7 % {PEOPLE}, recipient, CASE WHEN recipient <= {CHANNELS} THEN recipient END,
        CASE WHEN recipient <= {CHANNELS} THEN 'topic ' || n * 13 % {TOPICS} ELSE '' END, words,
        '<p>' || words || '</p>', '', n::text, to_tsvector('english', words)
    FROM (SELECT n,
        CASE WHEN n % 10 = 0 THEN {CHANNELS} + 1 + n / 10 % {PEOPLE - 1} ELSE 1 + n % {CHANNELS} END AS recipient,
        'word' || n % 5000 || ' and word' || n % 7919 || CASE WHEN n % 50000 = 0 THEN ' needle' ELSE ' hay' END AS words
        FROM generate_series(1, {MESSAGES}) n) AS made;
INSERT INTO user_message (user_id, message_id, flags)
    SELECT u, m.id, CASE WHEN m.id % 1000 = 0 THEN 3 WHEN m.id > {MESSAGES} - 300 THEN 0 ELSE 1 END
    FROM message m, generate_series(1, {READERS}) u WHERE m.channel_id IS NOT NULL OR u = 1;
INSERT INTO reaction (message_id, user_id, emoji_name, emoji_code, reaction_type)
    SELECT n * 10, 1 + n % {PEOPLE}, 'tada', '1f389', 'unicode_emoji' FROM generate_series(1, {MESSAGES} / 10) n;
UPDATE user_message SET flags = flags | 8 WHERE message_id % 5000 = 0;
VACUUM ANALYZE;
"""

QUESTIONS: Sequence[tuple[str, str, int | str]] = (
    ("everything, newest", "[]", "newest"),
    ("everything, around the middle", "[]", MESSAGES // 2),
    ("everything, first unread", "[]", "first_unread"),
    ("a channel", '[["channel", "channel 3"]]', "newest"),
    ("a channel, around the middle", '[["channel", "channel 3"]]', MESSAGES // 2),
    ("a topic", '[["channel", "channel 3"], ["topic", "topic 42"]]', "newest"),
    ("a topic in any channel", '[["topic", "topic 42"]]', "newest"),
    ("direct messages with one", '[{"operator": "dm", "operand": [7]}]', "newest"),
    ("all direct messages", '[["is", "dm"]]', "newest"),
    ("direct messages including one", '[{"operator": "dm-including", "operand": 7}]', "newest"),
    ("of one sender", '[["sender", "p9@x.test"]]', "newest"),
    ("starred", '[["is", "starred"]]', "newest"),
    ("unread", '[["is", "unread"]]', "oldest"),
    ("mentions", '[["is", "mentioned"]]', "newest"),
    ("not in a channel", '[{"operator": "channel", "operand": "channel 3", "negated": true}]', "newest"),
    ("search: a rare word", '[["search", "needle"]]', "newest"),
    ("search: a frequent word", '[["search", "hay"]]', "newest"),
    ("search: two words in a channel", '[["channel", "channel 3"], ["search", "word77 hay"]]', "newest"),
)


async def ask(dsn: str, folder: Path) -> None:
    application = Application(Settings(data=folder, external_url="http://x.test"), reactor, dsn)
    await application.start()
    asked: list[tuple[str, Any]] = []
    run = application.database._run_query

    def recording(sql: str, params: Any) -> Any:
        asked.append((sql, params))
        return run(sql, params)

    application.database._run_query = recording  # type: ignore[method-assign]
    reader = application.directory.users[1]
    print("| question | time, ms | how PostgreSQL finds it |")
    print("|---|---:|---|")
    with psycopg2.connect(dsn) as connection:
        cursor = connection.cursor()

        async def explain(name: str, question: Any) -> None:
            await question()
            asked.clear()
            started = time.perf_counter()
            await question()
            elapsed_ms = (time.perf_counter() - started) * 1000
            plans = []
            for sql, params in asked:
                cursor.execute("EXPLAIN " + sql, params)
                plans.append(in_short("\n".join(line for (line,) in cursor.fetchall())))
            print(f"| {name} | {elapsed_ms:.1f} | {'; then '.join(plans)} |")

        for name, narrow, anchor in QUESTIONS:
            wanted = Wanted(anchor, 50, 50 if isinstance(anchor, int) or anchor != "newest" else 0, True,
                            parse_narrow(narrow), apply_markdown=True)
            await explain(name, lambda wanted=wanted: application.history.page(reader, wanted))
        channel = application.directory.channels[3]
        await explain("topics of a channel", lambda: application.history.topics(reader, channel))
    await application.stop()


def in_short(plan: str) -> str:
    """Which tables are read how: index names, and what is read whole."""
    found = re.findall(
        r"(?:Index (?:Only )?Scan(?: Backward)? using (\w+)|Bitmap Index Scan on (\w+)|(Seq Scan on \w+))", plan)
    return ", ".join(dict.fromkeys(f"**{whole}**" if whole else f"`{index or bitmap}`"
                                   for index, bitmap, whole in found)) or "no table"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder) / "postgres", {"synchronous_commit": "off", "max_wal_size": "8GB"})
        cluster.start()
        try:
            migrate(cluster.dsn())
            with closing(psycopg2.connect(cluster.dsn())) as connection:
                connection.autocommit = True
                for statement in FILL.split(";\n"):
                    if statement.strip():
                        connection.cursor().execute(statement)
            failures: list[Any] = []
            done = Deferred.fromCoroutine(ask(cluster.dsn(), Path(folder)))
            done.addErrback(failures.append)
            done.addBoth(lambda _: reactor.callLater(0, reactor.stop))  # type: ignore[attr-defined]
            reactor.run()  # type: ignore[attr-defined]
            if failures:
                sys.exit(str(failures[0]))
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
