"""The commission at random beside its model; bench_steps.py is the long form."""

from __future__ import annotations

from chamber_machine import Commission
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test


def test_the_fold_and_the_model_agree_at_every_step() -> None:
    Commission.taken = 0
    run_state_machine_as_test(
        Commission, settings=settings(max_examples=60, stateful_step_count=40, deadline=None)
    )
    assert Commission.taken > 200
