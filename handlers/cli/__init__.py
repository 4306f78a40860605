"""The command line: ``openbill``, one module per subject of commands.

What a command needs is imported when it runs, so that ``--help`` answers at once.
"""

from __future__ import annotations

import click

from handlers.cli.doctor import doctor
from handlers.cli.frame import Group
from handlers.cli.lists import list_
from handlers.cli.processes import migrate, redis, relay, up, web, worker
from handlers.cli.reindex import reindex
from handlers.cli.replay import replay
from handlers.cli.setup import channel, shop, staff, token
from handlers.cli.sheets import export, import_
from handlers.cli.verify import verify


@click.group(
    cls=Group,
    epilog="Example: openbill up",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="openbill", prog_name="openbill")
def main() -> None:
    """OpenBill: orders and invoices for shops that sell by chat."""


for command in (
    *(up, web, worker, relay, migrate, redis),
    *(shop, channel, staff, token, list_),
    *(import_, export),
    *(replay, reindex, doctor, verify),
):
    main.add_command(command)
