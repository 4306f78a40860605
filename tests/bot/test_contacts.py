"""Contacts: named by their platforms, and two who are one person become one and two again."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from bot import contacts, shops
from bot.contacts import ContactError, clean_name, merge, undo
from bot.contacts.profiles import MOST_ATTEMPTS, PAUSES
from bot.messages import Profile
from bot.staff import Actor
from bot.store import contacts as rows
from bot.store import conversations
from bot.store import shops as shop_rows
from orders.states import Role
from tests.support.platforms import GRAPH, LINE
from tests.support.shop import CUSTOMER, Shop, at_once

ANSWER = {
    "userId": CUSTOMER,
    "displayName": "คุณมะลิ",
    "pictureUrl": "https://profile.line-scdn.net/abc",
    "language": "th",
}
PROFILE = f"{LINE}/v2/bot/profile/{CUSTOMER}"


def asked(server: HTTPServer) -> list[str]:
    """The paths of the profiles that were asked for."""
    return [request.path for request, _ in server.log if request.method == "GET"]


# Profiles --------------------------------------------------------------------------------------


def test_who_writes_first_gets_name_picture_and_language(
    shop: Shop, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(PROFILE).respond_with_json(ANSWER)
    shop.hear_line("hello")
    before = shop.last_change()

    assert contacts.fetch_due(shop.runtime) == 1

    contact = shop.row("contacts")
    told = (contact.name, contact.picture_url, contact.language)
    assert told == ("คุณมะลิ", "https://profile.line-scdn.net/abc", "th")
    assert shop.last_change() > before
    assert contacts.fetch_due(shop.runtime) == 0
    with shop.runtime.store.read() as connection:
        siam = shop_rows.find_shop(connection, shop.owner.shop_id)
        assert [row.id for row in contacts.search(connection, siam, "มะลิ")] == [contact.id]


def test_a_group_is_named_by_its_summary(shop: Shop, httpserver: HTTPServer) -> None:
    answer = {"groupId": "Cteam", "groupName": "ทีมชา", "pictureUrl": "https://p.example/g"}
    httpserver.expect_request(f"{LINE}/v2/bot/group/Cteam/summary").respond_with_json(answer)
    shop.hear_line("hello", source={"type": "group", "groupId": "Cteam"})

    assert contacts.fetch_due(shop.runtime) == 1
    assert shop.row("contacts").name == "ทีมชา"


@pytest.mark.parametrize("kind", ["group", "room"])
def test_a_member_of_a_group_is_asked_for_once_and_named(
    shop: Shop, httpserver: HTTPServer, kind: str
) -> None:
    place = f"{LINE}/v2/bot/{kind}/Cteam"
    httpserver.expect_request(f"{LINE}/v2/bot/group/Cteam/summary").respond_with_json({"a": 1})
    httpserver.expect_request(f"{place}/member/{CUSTOMER}").respond_with_json(
        {"displayName": "คุณ\u202eมะลิ"}
    )
    source = {"type": kind, f"{kind}Id": "Cteam", "userId": CUSTOMER}
    shop.hear_line("hello", source=source)
    shop.hear_line("again", source=source)
    shop.hear_line("hidden", source={"type": kind, f"{kind}Id": "Cteam"})
    before = shop.last_change()

    assert contacts.fetch_due(shop.runtime) == 2

    assert shop.row("members").name == "คุณมะลิ"
    assert shop.row("contacts").name is None
    assert shop.last_change() > before
    assert asked(httpserver).count(f"{place}/member/{CUSTOMER}") == 1
    shop.clock.move(days=8)
    shop.hear_line("after a week", source=source)
    assert contacts.fetch_due(shop.runtime) == 2


def test_a_member_whom_the_platform_does_not_tell_is_asked_for_five_times(
    shop: Shop, httpserver: HTTPServer
) -> None:
    place = f"{LINE}/v2/bot/room/Rteam/member/{CUSTOMER}"
    httpserver.expect_request(place).respond_with_json({"message": "fault"}, 500)
    shop.hear_line("hello", source={"type": "room", "roomId": "Rteam", "userId": CUSTOMER})

    for _ in range(MOST_ATTEMPTS + 2):
        contacts.fetch_due(shop.runtime)
        shop.clock.move(hours=4)

    assert asked(httpserver).count(place) == MOST_ATTEMPTS
    assert shop.row("members").profile_due_at is None


@pytest.mark.parametrize(
    ("kind", "fields", "answer"),
    [
        (
            "messenger",
            "first_name,last_name,profile_pic",
            {"first_name": "Mali", "last_name": "Dee", "profile_pic": "https://p.example/1"},
        ),
        (
            "instagram",
            "name,username,profile_pic",
            {"username": "Mali Dee", "profile_pic": "https://p.example/1"},
        ),
    ],
)
def test_meta_is_asked_for_what_it_tells(
    shop: Shop, httpserver: HTTPServer, kind: str, fields: str, answer: Any
) -> None:
    httpserver.expect_request(f"{GRAPH}/v26.0/1001").respond_with_json(answer)
    shop.hear_meta("hello", kind=kind)

    assert contacts.fetch_due(shop.runtime) == 1

    contact = shop.row("contacts")
    assert (contact.name, contact.picture_url) == ("Mali Dee", "https://p.example/1")
    request = next(request for request, _ in httpserver.log if request.method == "GET")
    assert request.args["fields"] == fields
    assert request.headers["Authorization"].startswith("Bearer ")


@pytest.mark.parametrize("status", [400, 404])
def test_who_may_not_be_known_is_asked_for_once(
    shop: Shop, httpserver: HTTPServer, status: int
) -> None:
    httpserver.expect_request(PROFILE).respond_with_json({"message": "Not found"}, status)
    shop.hear_line("hello")

    assert contacts.fetch_due(shop.runtime) == 1
    shop.clock.move(days=1)
    shop.hear_line("hello again")

    assert contacts.fetch_due(shop.runtime) == 0
    assert shop.row("contacts").name is None


def test_what_fails_is_tried_five_times_with_growing_pauses(
    shop: Shop, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(PROFILE).respond_with_json({"message": "fault"}, 500)
    shop.hear_line("hello")

    assert contacts.fetch_due(shop.runtime) == 1
    for pause in PAUSES:
        shop.clock.move(seconds=pause.total_seconds() - 5)
        assert contacts.fetch_due(shop.runtime) == 0
        shop.clock.move(seconds=6)
        assert contacts.fetch_due(shop.runtime) == 1
    shop.clock.move(days=1)

    assert contacts.fetch_due(shop.runtime) == 0
    assert len(asked(httpserver)) == MOST_ATTEMPTS == 5
    assert shop.row("channels", key="siam-line").state == "up"


def test_a_pause_that_the_platform_asks_for_is_kept(shop: Shop, httpserver: HTTPServer) -> None:
    httpserver.expect_request(PROFILE).respond_with_json(
        {"message": "slow down"}, 429, headers={"Retry-After": "900"}
    )
    shop.hear_line("hello")
    contacts.fetch_due(shop.runtime)

    shop.clock.move(minutes=14)
    assert contacts.fetch_due(shop.runtime) == 0
    shop.clock.move(minutes=2)
    assert contacts.fetch_due(shop.runtime) == 1


def test_a_profile_is_asked_for_again_when_they_write_after_a_week(
    shop: Shop, httpserver: HTTPServer
) -> None:
    httpserver.expect_oneshot_request(PROFILE).respond_with_json(ANSWER)
    shop.hear_line("hello")
    contacts.fetch_due(shop.runtime)
    httpserver.expect_request(PROFILE).respond_with_json({**ANSWER, "displayName": "มะลิ ค่ะ"})

    shop.clock.move(days=6)
    shop.hear_line("hello")
    assert contacts.fetch_due(shop.runtime) == 0
    shop.clock.move(days=2)
    assert contacts.fetch_due(shop.runtime) == 0
    shop.hear_line("hello")

    assert contacts.fetch_due(shop.runtime) == 1
    assert shop.row("contacts").name == "มะลิ ค่ะ"


def test_who_asks_and_dies_is_followed_by_another_but_not_for_ever(
    shop: Shop, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.channels import CHANNELS

    class Killed(BaseException):
        pass

    def die(*_: Any) -> Profile:
        raise Killed

    monkeypatch.setattr(type(CHANNELS["line"]), "profile", die)
    shop.hear_line("hello")
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(Killed):
            contacts.fetch_due(shop.runtime)
        assert contacts.fetch_due(shop.runtime) == 0
        shop.clock.move(minutes=3)
    assert contacts.fetch_due(shop.runtime) == 0
    assert shop.row("addresses").profile_due_at is None


def test_two_workers_ask_for_one_profile_once(shop: Shop, httpserver: HTTPServer) -> None:
    httpserver.expect_request(PROFILE).respond_with_json(ANSWER)
    shop.hear_line("hello")

    assert sum(at_once(4, lambda _: contacts.fetch_due(shop.runtime))) == 1
    assert len(asked(httpserver)) == 1


def test_a_channel_that_is_down_is_not_asked(shop: Shop, httpserver: HTTPServer) -> None:
    shop.hear_line("hello")
    shop.runtime.store.write(
        lambda connection: connection.exec_driver_sql("UPDATE channels SET state = 'down'")
    )
    assert contacts.fetch_due(shop.runtime) == 0
    assert asked(httpserver) == []


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"displayName": 5, "pictureUrl": ["x"], "language": {"a": 1}},
        {"displayName": " \u200b", "pictureUrl": "javascript:alert(1)", "language": "<b>"},
        {"displayName": None, "pictureUrl": "https://a b", "language": "th" * 20},
    ],
)
def test_T44_an_odd_profile_is_none(shop: Shop, httpserver: HTTPServer, answer: Any) -> None:
    httpserver.expect_request(PROFILE).respond_with_json(answer)
    shop.hear_line("hello")

    assert contacts.fetch_due(shop.runtime) == 1

    contact = shop.row("contacts")
    assert (contact.name, contact.picture_url, contact.language) == (None, None, None)


def test_nothing_of_a_profile_is_logged(
    shop: Shop, httpserver: HTTPServer, logs: list[Any]
) -> None:
    httpserver.expect_request(PROFILE).respond_with_json(ANSWER, 500)
    shop.hear_line("hello")
    contacts.fetch_due(shop.runtime)

    assert any(line["event"] == "profile not told" for line in logs)
    assert "มะลิ" not in str(logs)
    assert CUSTOMER not in str(logs)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("คุณมะลิ", "คุณมะลิ"),
        ("Ann \u202eevil\u2066", "Ann evil"),
        ("\u200b\u200b \u00ad", None),
        ("   ", None),
        ("", None),
        (None, None),
        ("a\nb\tc\x00d\x1b[1m", "a b cd[1m"),
        ("x" * 5_000, "x" * 80),
        ("น้ำ" * 200, "น้ำ" * 66),
        ("ก" + "็" * 500, "ก" + "็" * 7),
        ("Адmin", "Адmin"),
        ("🇹🇭" * 100, "🇹🇭" * 80),
        ("\ue000\uffff\ud800x", "x"),
    ],
)
def test_T45_a_name_is_kept_without_hidden_signs_and_cut_between_characters(
    name: str | None, clean: str | None
) -> None:
    assert clean_name(name) == clean


def test_T45_a_hostile_name_fits_the_store(shop: Shop, httpserver: HTTPServer) -> None:
    hostile = ("ก" + "็" * 300) * 200 + "\u202e"
    httpserver.expect_request(PROFILE).respond_with_json({**ANSWER, "displayName": hostile})
    shop.hear_line("hello")
    contacts.fetch_due(shop.runtime)

    kept = shop.row("contacts").name
    assert 0 < len(kept) <= 200
    assert not [sign for sign in kept if unicodedata.category(sign).startswith("C")]


# Merging ---------------------------------------------------------------------------------------


@pytest.fixture
def two(shop: Shop) -> Shop:
    """C1 wrote on LINE and C2 on Messenger, each with an order; conversations 1 and 2."""
    shop.hear_line("hello")
    shop.clock.move(minutes=1)
    shop.hear_meta("hello")
    shop.handle()
    shop.answer("/o A1 2", to=1)
    shop.answer("/o A1 1", to=2)
    return shop


def owners(shop: Shop) -> dict[str, list[int]]:
    """Whose every row is, by table."""
    return {
        name: [row.contact_id for row in shop.rows(name)]
        for name in ("addresses", "conversations", "orders")
    }


def found(shop: Shop, code: int) -> int | None:
    """The conversation that a customer code means."""
    with shop.runtime.store.read() as connection:
        row = conversations.find_conversation_by_code(connection, shop.owner.shop_id, code)
    return row.id if row else None


def set_name(shop: Shop, address_id: int, name: str) -> None:
    """Let a platform name who is behind an address."""
    told = {"name": name, "picture_url": f"https://p.example/{name}", "language": "th"}
    shop.runtime.store.write(lambda connection: rows.name_contact(connection, address_id, **told))


def test_a_merge_moves_everything_and_the_undo_gives_it_back(two: Shop) -> None:
    before = owners(two)
    assert before == {name: [1, 2] for name in before}

    merge_id = merge(two.runtime, two.owner, 1, 2)

    assert owners(two) == {name: [1, 1] for name in before}
    assert [row.merged_into for row in two.rows("contacts")] == [None, 1]

    undo(two.runtime, two.owner, 1, merge_id)

    assert owners(two) == before
    assert [row.merged_into for row in two.rows("contacts")] == [None, None]
    assert two.audit()[-2:] == ["contacts merged", "contacts parted"]
    assert two.rows("audit")[-1].data == {"merge": merge_id, "merged": 2}


def test_both_codes_find_the_newest_conversation_of_who_was_merged(two: Shop) -> None:
    merge_id = merge(two.runtime, two.owner, 1, 2)
    assert (found(two, 1), found(two, 2)) == (2, 2)
    two.clock.move(minutes=1)
    two.hear_line("newer")
    assert (found(two, 1), found(two, 2)) == (1, 1)

    undo(two.runtime, two.owner, 1, merge_id)

    assert (found(two, 1), found(two, 2)) == (1, 2)


def test_customers_are_listed_without_those_merged(two: Shop) -> None:
    def codes() -> list[int]:
        with two.runtime.store.read() as connection:
            return [row.code for row in contacts.list_customers(connection, two.owner.shop_id)]

    merge_id = merge(two.runtime, two.owner, 2, 1)
    assert codes() == [2]
    undo(two.runtime, two.owner, 2, merge_id)
    assert codes() == [1, 2]


def test_an_order_opened_since_goes_with_its_conversation(two: Shop) -> None:
    merge_id = merge(two.runtime, two.owner, 1, 2)
    for conversation_id in (1, 2):
        two.answer("/cancel", to=conversation_id)
        two.answer("/o A1 1", to=conversation_id)
    assert owners(two)["orders"] == [1, 1, 1, 1]

    undo(two.runtime, two.owner, 1, merge_id)

    by_conversation = {(row.conversation_id, row.contact_id) for row in two.rows("orders")}
    assert by_conversation == {(1, 1), (2, 2)}


def test_who_has_no_name_goes_by_the_others_until_they_part(two: Shop) -> None:
    set_name(two, 2, "Mali")
    merge_id = merge(two.runtime, two.owner, 1, 2)
    assert two.row("contacts", id=1).name == "Mali"
    set_name(two, 2, "Mali D.")
    assert two.row("contacts", id=1).name == "Mali D."

    undo(two.runtime, two.owner, 1, merge_id)

    kept, parted = two.rows("contacts")
    assert (kept.name, kept.picture_url, kept.named_by) == (None, None, None)
    assert (parted.name, parted.named_by) == ("Mali D.", 2)


def test_a_contact_keeps_to_the_address_that_named_it(two: Shop) -> None:
    set_name(two, 1, "มะลิ")
    set_name(two, 2, "Mali")
    merge_id = merge(two.runtime, two.owner, 1, 2)
    set_name(two, 2, "Another")
    assert two.row("contacts", id=1).name == "มะลิ"
    undo(two.runtime, two.owner, 1, merge_id)
    assert [row.name for row in two.rows("contacts")] == ["มะลิ", "Mali"]


def test_merges_of_merges_are_taken_back_newest_first(two: Shop) -> None:
    two.hear_meta("hello", kind="instagram", user="2002")
    two.handle()
    before = owners(two)
    first = merge(two.runtime, two.owner, 1, 2)
    middle = owners(two)
    second = merge(two.runtime, two.owner, 3, 1)
    assert set(owners(two)["conversations"]) == {3}
    assert found(two, 2) == found(two, 1) == found(two, 3)

    with pytest.raises(ContactError, match="undone"):
        undo(two.runtime, two.owner, 1, first)
    undo(two.runtime, two.owner, 1, second)
    assert owners(two) == middle
    undo(two.runtime, two.owner, 1, first)
    assert owners(two) == before


def test_a_merge_is_taken_back_where_it_was_made(two: Shop) -> None:
    two.hear_meta("hello", kind="instagram", user="2002")
    two.handle()
    merge_id = merge(two.runtime, two.owner, 1, 2)
    with pytest.raises(ContactError, match="undone"):
        undo(two.runtime, two.owner, 3, merge_id)
    assert owners(two)["conversations"] == [1, 1, 3]


def test_open_pages_are_told_of_a_merge_and_its_undo(two: Shop) -> None:
    def told(since: int) -> set[int]:
        return {row.conversation_id for row in two.rows("feed") if row.id > since}

    since = two.last_change()
    merge_id = merge(two.runtime, two.owner, 1, 2)
    assert told(since) == {1, 2}
    since = two.last_change()
    undo(two.runtime, two.owner, 1, merge_id)
    assert told(since) == {1, 2}


@pytest.mark.parametrize(("code", "why"), [(1, "same"), (77, "unknown")])
def test_a_merge_with_nobody_or_oneself_is_refused(two: Shop, code: int, why: str) -> None:
    with pytest.raises(ContactError, match=why):
        merge(two.runtime, two.owner, 1, code)
    assert two.rows("contact_merges") == []


def test_a_merge_is_done_once_and_undone_once(two: Shop) -> None:
    merge_id = merge(two.runtime, two.owner, 1, 2)
    with pytest.raises(ContactError, match="same"):
        merge(two.runtime, two.owner, 1, 2)
    undo(two.runtime, two.owner, 1, merge_id)
    with pytest.raises(ContactError, match="undone"):
        undo(two.runtime, two.owner, 1, merge_id)
    assert owners(two)["orders"] == [1, 2]


def test_two_who_merge_each_into_the_other_at_once_do_it_once(two: Shop) -> None:
    def attempt(place: int) -> bool:
        try:
            merge(two.runtime, two.owner, place + 1, 2 - place)
        except ContactError:
            return False
        return True

    assert sorted(at_once(2, attempt)) == [False, True]
    assert len({owner for each in owners(two).values() for owner in each}) == 1


@pytest.mark.parametrize("role", [Role.FINANCE, Role.PACKER, Role.VIEWER])
def test_who_may_not_merge_is_refused(two: Shop, role: Role) -> None:
    actor = replace(two.owner, role=role)
    with pytest.raises(PermissionError):
        merge(two.runtime, actor, 1, 2)
    with pytest.raises(PermissionError):
        undo(two.runtime, actor, 1, 1)


def test_T54_another_shops_contacts_are_never_touched(two: Shop) -> None:
    merge_id = merge(two.runtime, two.owner, 1, 2)
    rival_id = two.runtime.transact(
        lambda work: shops.add_shop(
            work, slug="rival", name="Rival", currency="THB", timezone="Asia/Bangkok", locale="th"
        )
    )
    rival = Actor(two.owner.staff_id, rival_id, "Rival", Role.OWNER)
    after = owners(two)
    with pytest.raises(LookupError):
        merge(two.runtime, rival, 1, 2)
    with pytest.raises(LookupError):
        undo(two.runtime, rival, 1, merge_id)

    def claim_theirs(work: Any) -> None:
        connection = work.connection
        assert rows.find_by_code(connection, rival_id, 1) is None
        assert rows.find_merge(connection, rival_id, merge_id) is None
        assert rows.list_merges(connection, rival_id, 1) == []
        assert rows.lock_contacts(connection, rival_id, (1, 2)) == {}

    two.runtime.transact(claim_theirs)
    assert owners(two) == after
