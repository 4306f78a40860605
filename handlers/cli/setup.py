"""The commands that set up shops, channels, staff and tokens without the web pages.

Secrets come from an option, from the environment (so that they stay out of the
shell's history) or, at a terminal, from a hidden prompt.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from handlers.cli import frame
from handlers.cli.frame import Group

if TYPE_CHECKING:
    from bot.runtime import Runtime, Work

SLUG = click.option("--shop", "slug", required=True, help="The shop's slug.")


@click.group(cls=Group, epilog="Example: openbill shop add --slug siam --name 'Siam Tea'")
def shop() -> None:
    """Shops."""


@shop.command(
    "add", epilog="Example: openbill shop add --slug siam --name 'Siam Tea' --currency THB"
)
@click.option("--slug", required=True, help="Its short name in commands and addresses.")
@click.option("--name", required=True, help="Its name as customers read it.")
@click.option("--currency", default="THB", show_default=True, help="The code of its currency.")
@click.option("--timezone", default="Asia/Bangkok", show_default=True, help="Its time zone.")
@click.option("--locale", default="th", show_default=True, help="Its language: th or en.")
def add_shop(slug: str, name: str, currency: str, timezone: str, locale: str) -> None:
    """Add a shop."""
    from bot import shops
    from bot.settings import judge_shop

    given = judge_shop(slug=slug, name=name, currency=currency, timezone=timezone, locale=locale)
    frame.with_runtime(
        lambda runtime: runtime.transact(
            lambda work: shops.add_shop(
                work,
                slug=given.slug,
                name=given.name,
                currency=given.currency,
                timezone=given.timezone,
                locale=given.locale,
            )
        )
    )
    click.echo(f"Shop {slug} is there. Next: openbill staff add --shop {slug} --email …")


@shop.command("options", epilog="Example: openbill shop options --shop siam --page-orders on")
@SLUG
@click.option("--card-pause", type=int, help="Seconds before a customer's card, 0 to 3600.")
@click.option("--card-quota", type=int, help="Percent after which cards only go for free.")
@click.option("--automatic-a-minute", type=int, help="Automatic messages a minute, 1 to 60.")
@click.option(
    "--page-orders", type=click.Choice(["on", "off"]), help="Orders from the Page's own inbox."
)
def choose_options(slug: str, page_orders: str | None, **numbers: int | None) -> None:
    """Choose a shop's options about chat, and print them all."""
    from bot import shops, surfaces
    from bot.store import shops as rows

    chosen: dict[str, Any] = {name: given for name, given in numbers.items() if given is not None}
    if page_orders is not None:
        chosen["page_orders"] = page_orders == "on"

    def choose(work: Work) -> dict[str, Any]:
        row = rows.find_shop_by_slug(work.connection, slug)
        if row is None:
            raise shops.ShopError(f"there is no shop {slug!r}: see `openbill list shops`")
        return surfaces.choose(work, row.id, None, **chosen).told()

    told = frame.with_runtime(lambda runtime: runtime.transact(choose))
    for name, value in told.items():
        shown = ("off", "on")[value] if isinstance(value, bool) else value
        click.echo(f"{name.replace('_', '-')} {shown}")


@click.group(cls=Group, epilog="Example: openbill channel add --shop siam --kind line --key tea")
def channel() -> None:
    """Channels: a shop's accounts on LINE, Messenger and Instagram."""


@channel.command(
    "add", epilog="Example: openbill channel add --shop siam --kind line --key siam-line"
)
@SLUG
@click.option(
    "--kind",
    required=True,
    type=click.Choice(["line", "messenger", "instagram"]),
    help="The platform.",
)
@click.option("--key", required=True, help="The channel's own name, unique here.")
@click.option("--account-id", default="", help="The Page's or Instagram account's id.")
@click.option("--channel-secret", envvar="OPENBILL_CHANNEL_SECRET", help="LINE's channel secret.")
@click.option("--access-token", envvar="OPENBILL_ACCESS_TOKEN", help="The token it speaks with.")
@click.option(
    "--login",
    type=click.Choice(["page", "instagram"]),
    default="page",
    show_default=True,
    help="Instagram: whose token it is.",
)
def add_channel(slug: str, **values: Any) -> None:
    """Connect a channel to a shop."""
    from bot import shops
    from bot.settings import judge_channel

    told = frame.settings()
    on_line = values["kind"] == "line"
    secret = _secret(values["channel_secret"], "Channel secret") if on_line else ""
    token = _secret(values["access_token"], "Access token")
    given = judge_channel(told, **{**values, "channel_secret": secret, "access_token": token})
    frame.with_runtime(
        lambda runtime: runtime.transact(
            lambda work: shops.add_channel(
                runtime,
                work,
                slug,
                kind=given.kind,
                key=given.key,
                account_id=given.account_id,
                channel_secret=secret,
                access_token=token,
                login=given.login,
            )
        )
    )
    address = f"/webhooks/line/{given.key}" if on_line else "/webhooks/meta"
    click.echo(f"Channel {given.key} is connected. Its webhook's address: {told.base_url}{address}")


@click.group(cls=Group, epilog="Example: openbill staff add --shop siam --email nok@example.com")
def staff() -> None:
    """Staff: who may sign in and command."""


@staff.command("add", epilog="Example: openbill staff add --shop siam --email nok@example.com")
@SLUG
@click.option("--email", required=True, help="The address to sign in with.")
@click.option("--name", default="", help="The name as colleagues read it.")
@click.option(
    "--role",
    type=click.Choice(["viewer", "packer", "finance", "sales", "manager", "owner"]),
    default="sales",
    show_default=True,
    help="What the person may do.",
)
@click.option("--password", envvar="OPENBILL_STAFF_PASSWORD", help="8 characters or more.")
def add_staff(slug: str, email: str, name: str, role: str, password: str | None) -> None:
    """Add a person to a shop."""
    from bot import staff as use_case
    from bot.settings import judge_person
    from bot.store import shops as rows

    given = judge_person(
        email=email, name=name, role=role, password=_secret(password, "Password", twice=True)
    )

    def add(runtime: Runtime) -> int:
        def body(work: Work) -> int:
            row = rows.find_shop_by_slug(work.connection, slug)
            if row is None:
                raise use_case.StaffError(f"there is no shop {slug!r}: see `openbill list shops`")
            return use_case.add_staff(
                work,
                row.id,
                email=given.email,
                role=given.role,
                password=given.password.get_secret_value(),
                name=given.name,
            )

        return runtime.transact(body)

    frame.with_runtime(add)
    click.echo(f"{email} may sign in as {role} of {slug}.")


@staff.command("link-code", epilog="Example: openbill staff link-code nok@example.com")
@click.argument("email")
def link_code(email: str) -> None:
    """Print a code by which EMAIL links a LINE account, as /link CODE in a one-to-one chat."""
    from bot import staff as use_case
    from bot.store import people

    def make(runtime: Runtime) -> str:
        def body(work: Work) -> str:
            person = people.find_staff_by_email(work.connection, email)
            if person is None:
                raise use_case.StaffError(f"nobody signs in as {email}: see `openbill list staff`")
            return use_case.make_link_code(work, person.id)

        return runtime.transact(body)

    click.echo(frame.with_runtime(make))


@click.group(cls=Group, epilog="Example: openbill token add --shop siam --scope read")
def token() -> None:
    """Tokens by which other programs use the API."""


@token.command("add", epilog="Example: openbill token add --shop siam --scope read")
@SLUG
@click.option(
    "--scope", required=True, type=click.Choice(["read", "write"]), help="What it may do."
)
@click.option("--staff", "email", help="The person in whose name it writes.")
def add_token(slug: str, scope: str, email: str | None) -> None:
    """Make an API token of a shop; it is printed once, alone on the last line."""
    from bot import staff as use_case

    made = frame.with_runtime(
        lambda runtime: runtime.transact(lambda work: use_case.add_token(work, slug, scope, email))
    )
    click.echo("Keep this token: it is not shown again.", err=True)
    click.echo(made)


def _secret(given: str | None, name: str, *, twice: bool = False) -> str:
    """Take a secret as given, or ask for it where a person sits at the terminal."""
    if given is not None or not sys.stdin.isatty():
        return given or ""
    return str(click.prompt(name, hide_input=True, confirmation_prompt=twice))
