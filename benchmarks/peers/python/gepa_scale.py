"""What gepa itself costs per accepted candidate, by the number of val rows and candidates.

Every proposal is accepted (a child always beats its parent on the minibatch) and scored on all
of val; no model is called. Scores on val are drawn: 0 or 1, 70 % of them 1 ("tie"), or uniform
in [0, 1) ("cont"). Settings are gepa's defaults without a run_dir, with a logger that prints
nothing. CPU time is the process's own, less what the adapter's evaluations took.

Arguments: tie or cont, val rows, candidates, CPU seconds at most. Prints one JSON object:
the version, and the CPU of each iteration in milliseconds, from one proposal to the next.
"""

from __future__ import annotations

import importlib.metadata
import json
import random
import sys
import time
from typing import Any

from gepa import optimize
from gepa.core.adapter import EvaluationBatch

KIND, ROWS, CANDIDATES, CAP = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])


class Scripted:
    """gepa's adapter. A candidate is its number; a train row scores it, below any perfect score."""

    def __init__(self) -> None:
        self.excluded = 0.0
        self.marks: list[float] = []
        self._next = 0

    def mark(self) -> None:
        self.marks.append(time.process_time() - self.excluded)

    def evaluate(self, batch: list[str], candidate: dict[str, str], capture_traces: bool = False) -> Any:
        began = time.process_time()
        number = int(candidate["instructions"])
        if batch[0].startswith("train"):
            scores = [number / 1e6] * len(batch)
        else:
            draw = random.Random(number)
            scores = [draw.random() if KIND == "cont" else float(draw.random() < 0.7) for _ in batch]
        found = EvaluationBatch(
            outputs=[None] * len(batch), scores=scores, trajectories=batch if capture_traces else None
        )
        self.excluded += time.process_time() - began
        return found

    def make_reflective_dataset(
        self, candidate: dict[str, str], eval_batch: Any, components_to_update: list[str]
    ) -> dict[str, list[dict[str, Any]]]:
        return {name: [{"Inputs": row} for row in eval_batch.trajectories] for name in components_to_update}

    def propose_new_texts(
        self, candidate: dict[str, str], reflective_dataset: Any, components_to_update: list[str]
    ) -> dict[str, str]:
        self.mark()
        self._next += 1
        return {name: str(self._next) for name in components_to_update}


class Silent:
    def log(self, message: str) -> None:
        pass


adapter = Scripted()
result = optimize(
    seed_candidate={"instructions": "0"},
    trainset=[f"train {number}" for number in range(100)],
    valset=[f"val {number}" for number in range(ROWS)],
    adapter=adapter,
    stop_callbacks=lambda state: len(state.program_candidates) > CANDIDATES or time.process_time() > CAP,
    logger=Silent(),
)
adapter.mark()
accepted = len(result.candidates) - 1
if accepted != len(adapter.marks) - 1:
    raise SystemExit(f"expected every proposal to be accepted, got {accepted} of {len(adapter.marks) - 1}")
steps = [1000 * (after - before) for before, after in zip(adapter.marks, adapter.marks[1:])]
print(json.dumps({"version": importlib.metadata.version("gepa"), "stepsMs": steps}))
