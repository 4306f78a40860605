"""What was heard before the watch came is history too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from bot.store import watches
from bot.store.database import Connection, Store

BEFORE = (
    """INSERT INTO shops (id, slug, name, currency, timezone, locale, payment, shipping, options,
    managed, created_at)
    VALUES (1, 's', 'S', 'THB', 'UTC', 'th', '{}', '[]', '{}', TRUE, '2026-11-01 00:00:00')""",
    *(
        "INSERT INTO channels (id, shop_id, kind, key, login, sealed, state, managed, created_at) "
        f"VALUES ({key}, 1, 'line', 'c{key}', 'page', '', '{state}', TRUE, '2026-11-01 00:00:00')"
        for key, state in ((1, "up"), (2, "down"))
    ),
    (
        "INSERT INTO raw_deliveries (id, shop_id, channel_id, webhook, received_at, body, state) "
        "VALUES (1, 1, 1, 'line', '2026-11-01 00:00:00', '', 'read')"
    ),
)
EVENT = (
    "INSERT INTO events (shop_id, channel_id, delivery_id, event_key, kind, state, occurred_at, "
    "received_at, attempts, data) VALUES (1, 1, 1, :key, 'message', 'done', :at, :at, 0, '{}')"
)


def test_the_last_weeks_deliveries_become_hours_that_were_heard(database_url: str) -> None:
    now = datetime.now(UTC).replace(minute=10, second=5, microsecond=7)
    ages = (0, 0, 1, 50, 24 * 27, 24 * 29)
    store = Store(database_url)

    def fill(connection: Connection) -> None:
        for statement in BEFORE:
            connection.execute(text(statement))
        for number, age in enumerate(ages):
            at = now - timedelta(hours=age, minutes=number)
            # As the product's own type writes it on SQLite.
            value = at.strftime("%Y-%m-%d %H:%M:%S.%f") if store.is_sqlite else at
            connection.execute(text(EVENT), {"key": f"e{number}", "at": value})

    try:
        store.migrate("0005")
        store.write(fill)
        store.migrate()
        with store.read() as connection:
            hours = watches.list_hours(connection, 1)
            down = {row.key: row.down_by_token for row in watches.list_watches(connection)}
            newest = watches.newest_hours(connection)
        store.migrate("0005")
        store.migrate()
    finally:
        store.close()
    wanted = sorted({(now - timedelta(hours=age)).replace(minute=0, second=0) for age in ages[:5]})
    assert hours == [hour.replace(microsecond=0) for hour in wanted]
    assert newest == {1: hours[-1]}
    assert down == {"c1": False, "c2": True}
