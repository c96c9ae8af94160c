"""Optuna: TPE on the pure categorical search, each trial a choice of one given value per component.

The sampler is TPESampler(multivariate=True) with its other defaults (5.0.0). A trial is one
full pass over val with the server's own program; there are as many as the budget pays for.
"""

from __future__ import annotations

from typing import Any

import port


def search(run: port.Run) -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    task = run.task()
    space = {name: optuna.distributions.CategoricalDistribution(values) for name, values in task["choices"].items()}
    sampler = optuna.samplers.TPESampler(seed=task["seed"], multivariate=True)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    ids = [row["id"] for row in task["val"]]
    trials = task["budget"] // len(ids)
    if trials == 0:
        raise ValueError(f"optuna: {task['budget']} metric calls are too few for a trial on {len(ids)} val rows")
    for _ in range(trials):
        trial = study.ask(space)
        rows = run.evaluate(trial.params, ids)
        study.tell(trial, sum(row["score"] for row in rows) / len(rows))
        # The first of equals stays the best.
        if study.best_trial.number == trial.number:
            run.incumbent(candidate=trial.params)
    run.test()
    run.final("trials", candidate=study.best_trial.params, reportedMetricCalls=len(study.trials) * len(ids))


def check(run: port.Run, program: port.Texts, rows: list[dict[str, Any]]) -> dict[str, Any]:
    outputs = [row["output"] for row in run.evaluate(program["candidate"], [row["id"] for row in rows])]
    models = program.get("students", {})
    if not models:
        return {"outputs": outputs}
    return {"outputs": outputs, "students": [[models[module["name"]] for module in program["modules"]]] * len(rows)}


if __name__ == "__main__":
    port.main(run=search, check=check)
