"""The simulator: a pretend LINE, Messenger and Instagram with phones on a web page.

It speaks the platforms' real protocols, so that everything may be tried without an account,
and it keeps a ledger of what each person really saw. It knows nothing of the product: what it
finds is worth something because it was written from the platforms' references alone.

``create_simulator`` gives a blueprint to mount at ``/simulator``; exempt it from the product's
CSRF check, for its callers are programs, and its own doors take JSON only, which no foreign
form can send. ``create_app`` gives the same as an application of its own.
"""

from __future__ import annotations

from flask import Blueprint, Flask, Response
from werkzeug.exceptions import HTTPException

from handlers.simulator.config import (
    Behaviour,
    Rule,
    SimAccount,
    SimGroup,
    SimPerson,
    SimulatorConfig,
    default_groups,
    default_people,
)
from handlers.simulator.doors import add_doors
from handlers.simulator.graph import create_graph
from handlers.simulator.groups import add_groups
from handlers.simulator.line import create_line
from handlers.simulator.phones import add_phones
from handlers.simulator.world import World

__all__ = [
    "Behaviour",
    "Rule",
    "SimAccount",
    "SimGroup",
    "SimPerson",
    "SimulatorConfig",
    "create_app",
    "create_simulator",
    "default_groups",
    "default_people",
]

URL_PREFIX = "/simulator"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create_simulator(config: SimulatorConfig) -> Blueprint:
    """The simulator as a blueprint, to be registered at ``URL_PREFIX``.

    Its ``World`` stands in ``app.extensions["simulator"]``; ``close()`` it to end its threads.
    """
    world = World(config)
    simulator = Blueprint(
        "simulator",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    simulator.record_once(lambda state: state.app.extensions.update(simulator=world))
    simulator.before_request(world.postman.resume)
    simulator.after_request(_protect)
    simulator.register_error_handler(HTTPException, _answer_error)
    add_phones(simulator, world)
    add_groups(simulator, world)
    add_doors(simulator, world)
    simulator.register_blueprint(create_line(world), url_prefix="/line")
    simulator.register_blueprint(create_graph(world), url_prefix="/graph")
    return simulator


def create_app(config: SimulatorConfig) -> Flask:
    """The simulator alone, as an application that serves it at ``URL_PREFIX``."""
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(create_simulator(config), url_prefix=URL_PREFIX)
    return app


def _protect(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response


def _answer_error(error: HTTPException) -> tuple[dict[str, str], int]:
    return {"error": error.description or error.name}, error.code or 500
