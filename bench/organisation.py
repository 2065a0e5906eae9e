"""The organisation that is measured: an owner and N people, all in one channel, by SQL before the server starts.

Twenty thousand accounts by way of the API would take longer than everything that is measured. The keys follow from the
ids, so that the driver knows them: they open nothing but a server that lives for minutes.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import psycopg2

from chat.database.cluster import Cluster
from chat.database.migrate import migrate

CHANNEL = "general"
OWNER_ID = 1

_STATEMENTS = (
    "INSERT INTO organisation (name) VALUES ('Bench')",
    """INSERT INTO user_profile (email, full_name, role)
       SELECT 'person' || n || '@bench.example', 'Person Number ' || n, CASE n WHEN 1 THEN 100 ELSE 400 END
       FROM generate_series(1, %(people)s) AS n ORDER BY n""",
    """INSERT INTO api_key (key_hash, user_id)
       SELECT sha256(convert_to('benchkey' || lpad(id::text, 24, '0'), 'UTF8')), id FROM user_profile""",
    """WITH conversation AS (INSERT INTO recipient DEFAULT VALUES RETURNING id)
       INSERT INTO channel (name, creator_id, recipient_id) SELECT %(channel)s, 1, id FROM conversation""",
    """INSERT INTO subscription (user_id, channel_id, color)
       SELECT u.id, c.id, '#76ce90' FROM user_profile u CROSS JOIN channel c""",
)


def email(user_id: int) -> str:
    return f"person{user_id}@bench.example"


def api_key(user_id: int) -> str:
    return f"benchkey{user_id:024}"


def make_organisation(data: Path, people: int) -> None:
    """Fill the data folder of a server that does not run yet: an owner (id 1) and `people` members."""
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o711)
    cluster = Cluster(data / "postgres")
    cluster.start()
    try:
        migrate(cluster.dsn())
        with closing(psycopg2.connect(cluster.dsn())) as connection:
            with connection, connection.cursor() as cursor:
                for statement in _STATEMENTS:
                    cursor.execute(statement, {"people": people + 1, "channel": CHANNEL})
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
    finally:
        cluster.stop()
