"""Orders moved at random by the real use cases, on both databases, beside a model and the laws.

A few seconds of it run with the suite. For a night, with 20,000 examples of 60 steps::

    pytest tests/bot/ordering/test_machine.py -n 0 --hypothesis-profile=long
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.order_machine import OrdersMachine
from tests.support.order_world import World
from tests.support.shop import Shop

EXAMPLES, STEPS = 8, 25
USUAL = 100
"""As many examples as Hypothesis takes where nobody asks for more."""


def test_orders_moved_at_random_come_to_what_the_rules_say(shop: Shop) -> None:
    class Machine(OrdersMachine):
        world = World(shop)

    profile = settings()
    long = profile.max_examples > USUAL
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=profile.max_examples if long else EXAMPLES,
            stateful_step_count=60 if long else STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
