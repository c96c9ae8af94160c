"""DSPy: MIPROv2, GEPA, BootstrapFewShotWithRandomSearch and SIMBA over a dspy.Module of the task.

The program is what a DSPy user would write: one `dspy.Predict` per module, typed fields with
descriptions, ChatAdapter with its JSON fallback. Settings are the package's defaults (3.4.1)
but for one thread, the seed, the score that a bootstrapped demo needs, and those that set how
many metric calls are made (dspy_settings.py). A metric call is one POST /score, made by the metric.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import random
from typing import Any, Callable, Iterator, Literal, Mapping, NamedTuple, Sequence

os.environ["TQDM_DISABLE"] = "1"

import port  # noqa: E402  (before any framework)
from dspy_settings import bootstrap_setting, mipro_setting, simba_setting  # noqa: E402
from lm import dspy_lm  # noqa: E402

import dspy  # noqa: E402
from dspy.utils.callback import BaseCallback  # noqa: E402

PASSING_SCORE = 0.95
"""Bootstrapped demos are runs that score this much: a run that is right but for what its models cost."""

TAKEN = ("score", "trial_logs", "candidate_programs", "mb_candidate_programs", "total_calls", "prompt_model_total_calls")
"""Attributes that optimizers set on the programs they return: a predictor of that name would be lost."""

TYPES: Mapping[str, Any] = {"string": str, "boolean": bool, "number": float, "string[]": list[str]}


class Program(dspy.Module):
    """The modules in order, each fed from the input and from what came before."""

    def __init__(self, run: port.Run, modules: Sequence[Mapping[str, Any]], texts: port.Texts) -> None:
        super().__init__()
        self._run, self._specs = run, list(modules)
        for spec in modules:
            setattr(self, attribute_of(spec["name"]), predictor_of(spec, texts))
            if spec["name"] in texts.get("students", {}):
                self.predictor(spec["name"]).set_lm(dspy_lm(run.student(texts["students"][spec["name"]])))

    def predictor(self, module: str) -> dspy.Predict:
        return getattr(self, attribute_of(module))

    def forward(self, **given: Any) -> dspy.Prediction:
        def answer(module: Mapping[str, Any], inputs: port.Output) -> port.Output:
            return self.predictor(module["name"])(**inputs).toDict()

        fields = port.run_chain(self._run, self._specs, given, answer)
        return dspy.Prediction(**{name: value for name, value in fields.items() if name not in given})


def attribute_of(module: str) -> str:
    return f"{module}_" if module in TAKEN else module


def module_of(attribute: str) -> str:
    return attribute[:-1] if attribute[:-1] in TAKEN else attribute


def predictor_of(spec: Mapping[str, Any], texts: port.Texts) -> dspy.Predict:
    def fields(specs: port.Fields, make: Callable[..., Any]) -> dict[str, Any]:
        return {one["name"]: (type_of(one), make(desc=one["description"])) for one in specs}

    instructions = texts.get("instructions", {}).get(spec["name"], spec["instructions"])
    both = {**fields(spec["inputs"], dspy.InputField), **fields(spec["outputs"], dspy.OutputField)}
    predictor = dspy.Predict(dspy.make_signature(both, instructions, spec["name"].title()))
    demos = texts.get("demos", {}).get(spec["name"], [])
    predictor.demos = [dspy.Example(**demo["input"], **demo["output"]) for demo in demos]
    return predictor


def type_of(field: Mapping[str, Any]) -> Any:
    return Literal[tuple(field["choices"])] if field.get("choices") else TYPES[field["type"]]


def example_of(row: Mapping[str, Any]) -> dspy.Example:
    example = dspy.Example(**row["input"], **row["expected"]).with_inputs(*row["input"])
    # Beside the fields, which optimizers show to models.
    example._row_id = row["id"]
    return example


class Metric:
    """The served metric in DSPy's form. `rich` also returns what it says beside the score: GEPA and SIMBA read it."""

    def __init__(self, run: port.Run, rich: bool) -> None:
        self._run, self._rich = run, rich

    def __call__(
        self, gold: Any, pred: Any, trace: Any = None, pred_name: str | None = None, pred_trace: Any = None
    ) -> Any:
        if pred is None:
            judged = self._run.score(gold._row_id, None)
        elif pred_name is None:
            judged = self._run.score(gold._row_id, {**gold.inputs().toDict(), **pred.toDict()})
            pred.__dict__["_judged"] = judged
        else:
            # GEPA asks again for a predictor's feedback: the same judgement, no second metric call.
            judged = pred.__dict__["_judged"]
        if not self._rich:
            return judged["score"]
        said = judged.get("byModule", {}).get(pred_name and module_of(pred_name)) or judged.get("feedback")
        if said is None:
            # A metric that only scores: a user of GEPA would have it name the right answer.
            said = f"The output scored {judged['score']}. The correct answer is {json.dumps(gold.labels().toDict())}."
        return dspy.Prediction(score=judged["score"], feedback=said)


class Incumbents(BaseCallback):
    """Posts each first strict maximum among full evaluations on val, as MIPROv2 and random search keep it."""

    def __init__(self, run: port.Run, rows: int) -> None:
        self._run, self._rows, self._best = run, rows, -math.inf
        self._open: dict[str, Any] = {}

    def on_evaluate_start(self, call_id: str, instance: Any, inputs: dict[str, Any]) -> None:
        metadata = inputs.get("callback_metadata") or {}
        size = len(inputs.get("devset") or instance.devset)
        if metadata.get("metric_key", "eval_full") == "eval_full" and size == self._rows:
            self._open[call_id] = texts_of(inputs["program"])

    def on_evaluate_end(self, call_id: str, outputs: Any, exception: Exception | None = None) -> None:
        texts = self._open.pop(call_id, None)
        if texts is not None and exception is None and outputs.score > self._best:
            self._best = outputs.score
            self._run.incumbent(**texts)


def texts_of(program: Program) -> dict[str, Any]:
    """Instructions and demos by module. Demos that show a part of a module's fields go along as they are."""
    named = {module_of(name): one for name, one in program.named_predictors()}

    def pick(demo: Any, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {name: demo[name] for name in fields if name in demo}

    return {
        "instructions": {name: one.signature.instructions for name, one in named.items()},
        "demos": {
            name: [
                {"input": pick(demo, one.signature.input_fields), "output": pick(demo, one.signature.output_fields)}
                for demo in one.demos
            ]
            for name, one in named.items()
        },
    }


class Found(NamedTuple):
    """What an optimizer returned, how many metric calls it says it made (None: it says nothing), and its setting."""

    program: Program
    says: int | None
    setting: str


class Search:
    """One run: the task in DSPy's terms, and the four optimizers."""

    def __init__(self, run: port.Run) -> None:
        self.run, self.task = run, run.task()
        self.train, self.val = self._examples("train"), self._examples("val")
        modules = self.task["program"]["modules"]
        self.student = Program(run, modules, {})
        self.predictors = len(modules)
        self.budget, self.seed = self.task["budget"], self.task["seed"]
        self.teacher = dspy_lm(run.teacher())

    def _examples(self, split: str) -> list[Any]:
        return [example_of(row) for row in self.task[split]]

    def mipro(self) -> Found:
        candidates, trials = mipro_setting(self.budget, len(self.val), self.predictors, self.run.lower)
        best = dspy.MIPROv2(
            Metric(self.run, rich=False),
            prompt_model=self.teacher,
            auto=None,
            num_candidates=candidates,
            num_threads=1,
            # A seed of 0 given to compile() is taken for none.
            seed=self.seed,
            metric_threshold=PASSING_SCORE,
        ).compile(
            self.student,
            trainset=self.train,
            valset=self.val,
            num_trials=trials,
            # As its own `auto` settings decide.
            minibatch=len(self.val) > 50,
        )
        # Evaluations only: it does not count the metric calls of bootstrapping.
        says = max(log["total_eval_calls_so_far"] for log in best.trial_logs.values())
        return Found(best, says, f"num_candidates={candidates} num_trials={trials}")

    def bootstrap(self) -> Found:
        programs = bootstrap_setting(self.budget, len(self.val), self.run.lower)
        # It takes no seed: its draws depend on the order of the rows only.
        shuffled = random.Random(self.seed).sample(self.train, len(self.train))
        best = dspy.BootstrapFewShotWithRandomSearch(
            Metric(self.run, rich=False),
            num_candidate_programs=programs,
            num_threads=1,
            metric_threshold=PASSING_SCORE,
        ).compile(self.student, trainset=shuffled, valset=self.val)
        return Found(best, None, f"num_candidate_programs={programs}")

    def simba(self) -> Found:
        batch, candidates, steps = simba_setting(self.budget, len(self.train), self.run.lower)
        best = dspy.SIMBA(
            metric=Metric(self.run, rich=True),
            bsize=batch,
            num_candidates=candidates,
            max_steps=steps,
            prompt_model=self.teacher,
            num_threads=1,
        ).compile(self.student, trainset=self.train, seed=self.seed)
        return Found(best, None, f"bsize={batch} num_candidates={candidates} max_steps={steps}")

    def gepa(self) -> Found:
        incumbents = GepaIncumbents(self.run)
        optimizer = dspy.GEPA(
            Metric(self.run, rich=True),
            max_metric_calls=self.budget,
            reflection_lm=self.teacher,
            num_threads=1,
            seed=self.seed,
            gepa_kwargs={"callbacks": [incumbents]},
        )
        with contextlib.suppress(BudgetUsed), stopped_at(self.budget):
            optimizer.compile(self.student, trainset=self.train, valset=self.val)
        # Its result is the incumbent, also where it was stopped.
        best = self.student.deepcopy()
        for name, predictor in best.named_predictors():
            predictor.signature = predictor.signature.with_instructions(incumbents.best[name])
        return Found(best, incumbents.says, f"max_metric_calls={self.budget}")


class GepaIncumbents:
    """gepa's callbacks: each new best program on val, and how many metric calls it says it made."""

    def __init__(self, run: port.Run) -> None:
        self._run, self.says = run, 0
        self.best: Mapping[str, str] = {}

    def on_valset_evaluated(self, event: Any) -> None:
        if event["is_best_program"]:
            self.best = dict(event["candidate"])
            self._run.incumbent(instructions={module_of(name): text for name, text in self.best.items()})

    def on_budget_updated(self, event: Any) -> None:
        self.says = event["metric_calls_used"]


class BudgetUsed(Exception):
    """The next evaluation doesn't fit the budget."""


@contextlib.contextmanager
def stopped_at(budget: int) -> Iterator[None]:
    """GEPA looks at its budget between iterations only; here it ends before the first evaluation that doesn't fit."""
    from dspy.teleprompt.gepa.gepa_utils import DspyAdapter

    evaluate, left = DspyAdapter.evaluate, budget

    def evaluate_if_it_fits(adapter: Any, batch: Sequence[Any], *args: Any, **kwargs: Any) -> Any:
        nonlocal left
        if len(batch) > left:
            raise BudgetUsed
        left -= len(batch)
        return evaluate(adapter, batch, *args, **kwargs)

    DspyAdapter.evaluate = evaluate_if_it_fits
    try:
        yield
    finally:
        DspyAdapter.evaluate = evaluate


def configure(run: port.Run, callbacks: Sequence[Any] = ()) -> None:
    logging.getLogger("dspy").setLevel(logging.CRITICAL)
    dspy.configure(
        lm=dspy_lm(run.student()), adapter=dspy.ChatAdapter(), disable_history=True, callbacks=list(callbacks)
    )


def outputs_of(program: Program, inputs: Sequence[Mapping[str, str]]) -> list[port.Output | None]:
    """The program's outputs; None where no reply could be read."""

    def output_of(given: Mapping[str, str]) -> port.Output | None:
        try:
            return program(**given).toDict()
        except dspy.utils.exceptions.AdapterParseError:
            return None

    return [output_of(given) for given in inputs]


def search(run: port.Run) -> None:
    own = Search(run)
    optimizers = {"mipro": own.mipro, "bootstrap": own.bootstrap, "simba": own.simba, "gepa": own.gepa}
    # SIMBA evaluates on train rows only, and GEPA has callbacks of its own.
    evaluates_on_val = run.variant in ("mipro", "bootstrap")
    configure(run, [Incumbents(run, len(own.val))] if evaluates_on_val else [])
    found = optimizers[run.variant]()
    configure(run)
    outputs = outputs_of(found.program, run.test())
    says = {} if found.says is None else {"reportedMetricCalls": found.says}
    run.final(found.setting, outputs=outputs, **texts_of(found.program), **says)


def check(run: port.Run, program: port.Texts, rows: list[dict[str, Any]]) -> dict[str, Any]:
    configure(run)
    own = Program(run, program["modules"], program)
    outputs = outputs_of(own, [row["input"] for row in rows])
    models = program.get("students", {})
    if not models:
        return {"outputs": outputs}
    return {"outputs": outputs, "students": [[models[module["name"]] for module in program["modules"]]] * len(rows)}


if __name__ == "__main__":
    port.main(run=search, check=check)
