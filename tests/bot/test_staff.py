"""Staff: signing in, sessions that die with their reason, tokens of programs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr

from bot import shops as shop_book
from bot import staff
from bot.settings import OperatorSettings
from bot.staff import SignInRefused, StaffError, sessions
from bot.store import people, tables
from bot.upkeep import sweep
from orders.states import Role
from tests.support.shop import Shop, at_once

PASSWORD = "rice-noodle-river-42"
OPERATOR_PASSWORD = "night-watch-lamp-77"
NOK = "nok@example.com"
HOME = "203.0.113.7"
sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


def sign_in(
    shop: Shop, email: str = NOK, password: str = PASSWORD, remote: str = HOME
) -> tuple[str, staff.Visitor]:
    return staff.sign_in(shop.runtime, email, password, remote)


def refused(shop: Shop, **given: str) -> float:
    """Fail to sign in; give the seconds to wait, 0 when the password was looked at."""
    with pytest.raises(SignInRefused) as error:
        sign_in(shop, **given)
    return error.value.wait


def change(shop: Shop, **values: Any) -> None:
    staff_id = shop.owner.staff_id
    shop.runtime.transact(lambda work: people.update_staff(work.connection, staff_id, **values))


# Signing in ----------------------------------------------------------------------------------


def test_the_right_password_opens_a_session(shop: Shop) -> None:
    token, visitor = sign_in(shop, email=" NOK@example.com ")

    assert visitor.actor is not None
    assert (visitor.email, visitor.actor.role, visitor.is_operator) == (NOK, Role.OWNER, False)
    assert staff.find_visitor(shop.runtime, token) == visitor
    assert shop.row("sessions").digest != token  # only its hash is kept
    assert shop.audit().count("signed in") == 1


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (NOK, "wrong-password"),
        (NOK, ""),
        (NOK, "x" * 1_000_000),
        (NOK, "\ud800\ud800\ud800\ud800"),
        (NOK, "rice\x00noodle"),
        ("nobody@example.com", PASSWORD),
        ("", ""),
        ("\ud800@example.com", PASSWORD),
        ("a\x00b@example.com", PASSWORD),
        ("e" * 10_000, PASSWORD),
        ("ops@example.com", "wrong-password"),
    ],
)
def test_a_wrong_password_and_an_unknown_address_read_the_same(
    shop: Shop, email: str, password: str
) -> None:
    assert refused(shop, email=email, password=password) == 0
    assert shop.rows("sessions") == []


@sqlite_only
def test_an_unknown_address_costs_a_password_check_too(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks: list[str] = []
    real = staff.is_password

    def check(password: str, password_hash: str) -> bool:
        checks.append(password_hash)
        return real(password, password_hash)

    monkeypatch.setattr(sessions, "is_password", check)
    for email in (NOK, "nobody@example.com", "ops@example.com"):
        refused(shop, email=email, password="wrong-password")

    assert len(checks) == 3
    assert all(one.startswith("$argon2id$") for one in checks)
    assert len({one.split("$")[3] for one in checks}) == 1  # the same cost


def test_T59_passwords_are_hashed_at_a_cost_that_guessing_feels(
    real_hasher: PasswordHasher,
) -> None:
    assert real_hasher.hash("x").startswith("$argon2id$")
    assert real_hasher.memory_cost >= 19 * 1024  # KiB, OWASP's least for two passes
    assert real_hasher.time_cost >= 2


@sqlite_only
def test_a_person_who_was_disabled_cannot_sign_in(shop: Shop) -> None:
    change(shop, disabled_at=shop.clock())

    assert refused(shop) == 0


def test_guesses_are_slowed_down_per_account_and_the_owner_gets_in_after_a_minute(
    shop: Shop,
) -> None:
    for place in range(5):
        assert refused(shop, password="wrong-password", remote=f"203.0.113.{place}") == 0
    waits = []
    for place in range(8):
        wait = refused(shop, remote=f"198.51.100.{place}")  # even the right one is not looked at
        waits.append(wait)
        shop.clock.move(seconds=wait + 0.1)
        refused(shop, password="wrong-password", remote=f"198.51.100.{place}")

    assert 0 < waits[0] <= 1
    assert [round(wait) for wait in waits] == sorted(round(wait) for wait in waits)
    assert waits[-1] <= 60
    shop.clock.move(seconds=61)
    sign_in(shop, remote="192.0.2.1")
    assert refused(shop, password="wrong-password", remote="192.0.2.1") == 0  # and it is forgotten


@sqlite_only
def test_one_address_that_tries_many_accounts_has_to_wait(shop: Shop) -> None:
    for place in range(30):
        assert refused(shop, email=f"u{place}@example.com", password="wrong-password") == 0

    assert 0 < refused(shop) <= 600
    sign_in(shop, remote="192.0.2.1")  # nobody else is locked out


def test_failures_that_come_at_once_are_all_counted(shop: Shop) -> None:
    at_once(5, lambda _: refused(shop, password="wrong-password"))

    assert {row.failures for row in shop.rows("sign_ins")} == {5}


@sqlite_only
def test_no_address_and_no_password_is_kept_with_the_failures(shop: Shop) -> None:
    refused(shop, password="wrong-password")

    kept = repr(shop.rows("sign_ins")) + repr(shop.rows("audit"))
    assert NOK not in kept
    assert HOME not in kept
    assert "wrong-password" not in kept


# Sessions ------------------------------------------------------------------------------------


def test_T52_a_copied_cookie_dies_at_the_sign_out(shop: Shop) -> None:
    token, _ = sign_in(shop)
    other, _ = sign_in(shop)
    staff.sign_out(shop.runtime, token)

    assert staff.find_visitor(shop.runtime, token) is None
    assert staff.find_visitor(shop.runtime, other) is not None


def test_T52_a_session_dies_with_a_new_password(shop: Shop) -> None:
    token, _ = sign_in(shop)
    staff_id = shop.owner.staff_id
    shop.runtime.transact(lambda work: staff.change_password(work, staff_id, "another-password-9"))

    assert staff.find_visitor(shop.runtime, token) is None
    assert refused(shop) == 0
    sign_in(shop, password="another-password-9")


@sqlite_only
@pytest.mark.parametrize("values", [{"role": "sales"}, {"password_hash": "$argon2id$other"}])
def test_T52_a_session_dies_with_a_lowered_role_or_a_hash_changed_by_hand(
    shop: Shop, values: dict[str, str]
) -> None:
    token, _ = sign_in(shop)
    change(shop, **values)

    assert staff.find_visitor(shop.runtime, token) is None


def test_T52_a_session_dies_when_the_person_is_disabled(shop: Shop) -> None:
    token, _ = sign_in(shop)
    change(shop, disabled_at=shop.clock())

    assert staff.find_visitor(shop.runtime, token) is None


def test_a_session_ends_after_fourteen_days(shop: Shop) -> None:
    token, _ = sign_in(shop)
    shop.clock.move(days=13, hours=23)
    assert staff.find_visitor(shop.runtime, token) is not None

    shop.clock.move(hours=2)

    assert staff.find_visitor(shop.runtime, token) is None
    assert sweep(shop.runtime) > 0
    assert shop.rows("sessions") == []


@sqlite_only
@pytest.mark.parametrize("token", ["", "x", "\ud800", "x" * 100_000])
def test_a_token_that_nobody_gave_out_is_nobodys(shop: Shop, token: str) -> None:
    sign_in(shop)

    assert staff.find_visitor(shop.runtime, token) is None
    assert staff.find_bearer(shop.runtime, token) is None


def test_the_operator_signs_in_and_belongs_to_no_shop(shop: Shop) -> None:
    token, visitor = sign_in(shop, email="ops@example.com", password=OPERATOR_PASSWORD)

    assert visitor.is_operator
    assert visitor.actor is None
    assert staff.find_visitor(shop.runtime, token) == visitor
    assert shop.row("sessions").shop_id is None


@sqlite_only
@pytest.mark.parametrize(
    "operator",
    [
        OperatorSettings(email="ops@example.com", password=SecretStr("changed-password")),
        OperatorSettings(email="other@example.com", password=SecretStr(OPERATOR_PASSWORD)),
        OperatorSettings(),
    ],
)
def test_T52_the_operators_session_dies_with_what_it_was_opened_with(
    shop: Shop, operator: OperatorSettings
) -> None:
    token, _ = sign_in(shop, email="ops@example.com", password=OPERATOR_PASSWORD)

    assert staff.find_visitor(shop.with_settings(operator=operator).runtime, token) is None


@sqlite_only
def test_without_an_operator_nobody_signs_in_as_one(shop: Shop) -> None:
    without = replace(shop, runtime=shop.with_settings(operator=OperatorSettings()).runtime)

    assert refused(without, email="", password="") == 0
    assert refused(without, email="ops@example.com", password="") == 0


# Making staff --------------------------------------------------------------------------------


@sqlite_only
@pytest.mark.parametrize(
    ("email", "role", "password"),
    [
        (NOK, "sales", "long-enough-1"),
        ("Nok@Example.com", "sales", "long-enough-1"),
        ("new@example.com", "customer", "long-enough-1"),
        ("new@example.com", "system", "long-enough-1"),
        ("new@example.com", "admin", "long-enough-1"),
        ("new@example.com", "sales", "short"),
        ("new@example.com", "sales", "x" * 1025),
    ],
)
def test_staff_that_cannot_be_made_is_refused_in_a_sentence(
    shop: Shop, email: str, role: str, password: str
) -> None:
    shop_id = shop.owner.shop_id
    with pytest.raises(StaffError) as error:
        shop.runtime.transact(
            lambda work: staff.add_staff(work, shop_id, email=email, role=role, password=password)
        )

    assert len(str(error.value)) > 15
    assert password not in str(error.value)
    assert len(shop.rows("staff")) == 1


# Programs ------------------------------------------------------------------------------------


def token_for(shop: Shop, scope: str, email: str | None) -> str:
    return shop.runtime.transact(lambda work: staff.add_token(work, "siam", scope, email))


def test_a_token_has_its_shop_its_scope_and_its_person(shop: Shop) -> None:
    reader = staff.find_bearer(shop.runtime, token_for(shop, "read", None))
    writer = staff.find_bearer(shop.runtime, token_for(shop, "write", NOK))

    assert reader is not None
    assert writer is not None
    assert (reader.shop_id, reader.may_write, reader.actor) == (shop.owner.shop_id, False, None)
    assert (writer.may_write, writer.actor) == (True, shop.owner)


def test_only_the_hash_of_a_token_is_kept(shop: Shop) -> None:
    token = token_for(shop, "read", None)

    assert token not in repr(shop.rows("api_tokens")) + repr(shop.rows("audit"))


def test_a_token_that_was_revoked_is_dead(shop: Shop) -> None:
    token = token_for(shop, "read", None)
    shop.runtime.transact(
        lambda work: work.connection.execute(tables.api_tokens.update().values(revoked_at=work.now))
    )

    assert staff.find_bearer(shop.runtime, token) is None


def test_a_disabled_persons_token_is_dead_and_a_lowered_role_counts_at_once(shop: Shop) -> None:
    token = token_for(shop, "write", NOK)
    change(shop, role="packer")
    bearer = staff.find_bearer(shop.runtime, token)
    assert bearer is not None
    assert bearer.actor is not None
    assert bearer.actor.role is Role.PACKER

    change(shop, disabled_at=shop.clock())
    assert staff.find_bearer(shop.runtime, token) is None


@sqlite_only
def test_a_token_for_what_is_not_there_is_refused(shop: Shop) -> None:
    def lanna(work: Any) -> int:
        return shop_book.add_shop(
            work, slug="lanna", name="Lanna", currency="THB", timezone="Asia/Bangkok", locale="th"
        )

    shop.runtime.transact(lanna)
    for slug, scope, email in (
        ("nowhere", "read", None),
        ("siam", "admin", None),
        ("siam", "read", "nobody@example.com"),
        ("lanna", "read", NOK),  # who works elsewhere
    ):

        def add(work: Any, slug: str = slug, scope: str = scope, email: str | None = email) -> str:
            return staff.add_token(work, slug, scope, email)

        with pytest.raises(StaffError):
            shop.runtime.transact(add)

    assert shop.rows("api_tokens") == []
