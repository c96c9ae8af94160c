"""gepa: `gepa.optimize` with an adapter over the server's own program.

Settings are gepa's defaults (0.1.4): minibatch of 3, Pareto candidate selection, round robin
over components, strict improvement, its own reflection prompt, no merge, no evaluation
cache, full evaluation on val. Its budget is checked between iterations only and may
overshoot by a minibatch and a val pass; here the adapter stops it before the first
evaluation that doesn't fit, and the result is the incumbent at that point.
"""

from __future__ import annotations

from typing import Any

import port
from lm import gepa_lm


class BudgetUsed(Exception):
    """The next evaluation doesn't fit the budget."""


class OwnProgram:
    """gepa's adapter: a candidate holds the instructions of each module, and the server runs it."""

    propose_new_texts = None

    def __init__(self, run: port.Run, budget: int | None, expected: dict[str, Any]) -> None:
        self._run, self._left, self._expected = run, budget, expected

    def evaluate(self, batch: list[dict[str, Any]], candidate: dict[str, str], capture_traces: bool = False) -> Any:
        from gepa.core.adapter import EvaluationBatch

        if self._left is not None:
            if len(batch) > self._left:
                raise BudgetUsed
            self._left -= len(batch)
        rows = self._run.evaluate(candidate, [row["id"] for row in batch])
        return EvaluationBatch(
            outputs=[row["output"] for row in rows],
            scores=[row["score"] for row in rows],
            trajectories=rows if capture_traces else None,
        )

    def make_reflective_dataset(
        self, candidate: dict[str, str], eval_batch: Any, components_to_update: list[str]
    ) -> dict[str, list[dict[str, Any]]]:
        modules = {component: component.removesuffix(".instructions") for component in components_to_update}
        return {
            component: [
                {"Inputs": step["input"], "Generated Outputs": step["output"], "Feedback": self._feedback(row, module)}
                for row in eval_batch.trajectories
                for step in row["trace"]
                if step["module"] == module
            ]
            for component, module in modules.items()
        }

    def _feedback(self, row: dict[str, Any], module: str) -> str:
        said = row.get("byModule", {}).get(module) or row.get("feedback")
        if said:
            return said
        # A metric that only scores: what gepa's DefaultAdapter says then, the right answer.
        return f"The final output scored {row['score']}. The correct answer is {port.show(self._expected[row['id']])}."


class Incumbents:
    """gepa's callbacks: each new best program on val, and how many metric calls it says it made."""

    def __init__(self, run: port.Run, seed_candidate: dict[str, str]) -> None:
        self._run, self.best, self.says = run, seed_candidate, 0

    def on_valset_evaluated(self, event: Any) -> None:
        if event["is_best_program"]:
            self.best = dict(event["candidate"])
            self._run.incumbent(candidate=self.best)

    def on_budget_updated(self, event: Any) -> None:
        self.says = event["metric_calls_used"]


class Silent:
    def log(self, message: str) -> None:
        pass


def search(run: port.Run) -> None:
    import gepa

    task = run.task()
    names = [module["name"] for module in task["program"]["modules"]]
    seed_candidate = {f"{name}.instructions": task["baseline"][f"{name}.instructions"] for name in names}
    rows = [*task["train"], *task["val"]]
    adapter = OwnProgram(run, task["budget"], {row["id"]: row["expected"] for row in rows})
    incumbents = Incumbents(run, seed_candidate)
    end = "max_metric_calls"
    try:
        result = gepa.optimize(
            seed_candidate=seed_candidate,
            trainset=task["train"],
            valset=task["val"],
            adapter=adapter,
            reflection_lm=gepa_lm(run.teacher()),
            max_metric_calls=task["budget"],
            seed=task["seed"],
            callbacks=[incumbents],
            logger=Silent(),
        )
        incumbents.best = dict(result.best_candidate)
    except BudgetUsed:
        end = "budget"
    run.final(end, candidate=incumbents.best, reportedMetricCalls=incumbents.says)


def check(run: port.Run, program: port.Texts, rows: list[dict[str, Any]]) -> dict[str, Any]:
    evaluated = OwnProgram(run, None, {}).evaluate(rows, program["candidate"], capture_traces=True)
    return {"outputs": evaluated.outputs, "students": [row["students"] for row in evaluated.trajectories]}


if __name__ == "__main__":
    port.main(run=search, check=check)
