"""How much work DSPy's optimizers may do on a budget of metric calls: none of these three takes one.

Counts are expected ones (bootstrapping ends when enough runs were right); the peer server counts
what was really made, and `lower` is how often it counted more than the budget.
"""

from __future__ import annotations

import math
import random

PASS_RATE = 0.5
"""Share of rows that the program gets right while demos are bootstrapped, for the expected count of metric calls."""
MAX_DEMOS = 4
"""max_bootstrapped_demos, the default of MIPROv2 and of BootstrapFewShotWithRandomSearch."""


def mipro_setting(budget: int, val: int, predictors: int, lower: int = 0) -> tuple[int, int]:
    """num_candidates and num_trials: the most candidates whose recommended trials fit, then as many trials as fit.

    Lowering takes a val pass off the budget. Where no recommended count fits, 3 candidates and fewer trials.
    """
    variables = 2 * predictors

    def trials_that_fit(candidates: int) -> int:
        bootstraps = (MAX_DEMOS + (1 + MAX_DEMOS) / 2 * (candidates - 3)) / PASS_RATE
        left = budget - lower * val - val - bootstraps
        if val <= 50:
            return max(0, int(left // val))
        return next(
            (trials for trials in range(int(left), 0, -1) if 35 * trials + math.ceil(trials / 5) * val <= left), 0
        )

    for candidates in range(18, 2, -1):
        recommended = int(max(2 * variables * math.log2(candidates), 1.5 * candidates))
        trials = trials_that_fit(candidates)
        if trials >= recommended or (candidates == 3 and trials > 0):
            return candidates, trials
    raise ValueError(f"mipro: {budget} metric calls lowered {lower} times are too few for a trial on {val} val rows")


def bootstrap_setting(budget: int, val: int, lower: int = 0) -> int:
    """num_candidate_programs: the most whose expected metric calls fit, less `lower`."""

    def expected(programs: int) -> float:
        # The sizes that its own seeds draw.
        sizes = [MAX_DEMOS, *(random.Random(seed).randint(1, MAX_DEMOS) for seed in range(programs))]
        return (programs + 3) * val + sum(sizes) / PASS_RATE

    programs = next((count for count in range(budget // val, -1, -1) if expected(count) <= budget), -1) - lower
    if programs < 0:
        raise ValueError(f"bootstrap: {budget} metric calls lowered {lower} times are too few for {val} val rows")
    return programs


def simba_setting(budget: int, train: int, lower: int = 0) -> tuple[int, int, int]:
    """bsize, num_candidates and max_steps: the defaults, halved until 3 steps fit, then as many steps as fit."""
    for batch, candidates in ((32, 6), (16, 3), (8, 2), (4, 2), (2, 2)):

        def most(steps: int) -> int:
            return steps * batch * (2 * candidates + 1) + min(candidates + 1, steps + 1) * train

        steps = next((count for count in range(budget, 0, -1) if most(count) <= budget), 0)
        if batch <= train and (steps >= 3 or (batch == 2 and steps > 0)):
            if steps > lower:
                return batch, candidates, steps - lower
            break
    raise ValueError(f"simba: {budget} metric calls lowered {lower} times are too few for {train} train rows")
