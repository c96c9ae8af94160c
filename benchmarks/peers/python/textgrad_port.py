"""TextGrad: the loop of its own prompt optimization, with as many steps as the budget pays for.

Each module is a system prompt (a Variable) and a call of the student, whose user message
is the module's inputs; in programs of several modules the outputs are Variables too, so that
feedback flows back through the chain. As in evaluation/prompt_optimization.py of the
package: batches of 3, loss by a function that compares, TGD with no momentum and no
constraints, after each step the mean on val, and back to the old prompts when it fell.
TextGrad optimizes instructions only: demos of a program stay as they are given.
"""

from __future__ import annotations

import itertools
import logging
import random
from typing import Any, Iterator, Mapping, Sequence

import port
from lm import textgrad_engine

BATCH = 3


class Chain:
    """A program of textgrad's calls. `prompts` holds one Variable per module, in order."""

    def __init__(self, run: port.Run, modules: Sequence[Mapping[str, Any]], texts: port.Texts) -> None:
        import textgrad as tg

        self._run, self.modules = run, modules
        self._demos = texts.get("demos", {})
        students = texts.get("students", {})
        names = [module["name"] for module in modules]
        self._engines = {
            name: textgrad_engine(run.student(students.get(name, "simulated-student"))) for name in names
        }
        self.prompts = [
            tg.Variable(
                texts["instructions"][module["name"]],
                requires_grad=True,
                role_description=f"structured system prompt to a language model that writes {_list(module['outputs'])} "
                f"from {_list(module['inputs'])}",
            )
            for module in modules
        ]

    def instructions(self) -> dict[str, str]:
        return {module["name"]: prompt.value for module, prompt in zip(self.modules, self.prompts)}

    def forward(self, given: Mapping[str, Any]) -> tuple[Any, port.Output | None]:
        """The last module's reply as a Variable, and all fields; None from the first unreadable reply on."""
        import textgrad as tg

        constant = {
            name: tg.Variable(port.show(value), requires_grad=False, role_description=f"the {name}")
            for name, value in given.items()
        }
        variables, fields = dict(constant), dict(given)
        reply: Any = None
        for module, prompt in zip(self.modules, self.prompts):
            reply = self._call(module, prompt, variables)
            read = port.read_reply(reply.value, module["outputs"])
            if read is None:
                return reply, None
            if len(self.modules) > 1:
                added = {**read, **self._run.between(module["name"], {**fields, **read})}
                fields.update(added)
                variables.update({name: self._field(module, name, value, reply) for name, value in added.items()})
            else:
                fields.update(read)
        return reply, fields

    def _call(self, module: Mapping[str, Any], prompt: Any, variables: Mapping[str, Any]) -> Any:
        from textgrad.autograd.llm_ops import FormattedLLMCall

        names = [field["name"] for field in module["inputs"]]
        shown = "".join(
            f"{port.show_fields({**demo['input'], **demo['output']})}\n\n"
            for demo in self._demos.get(module["name"], ())
        ).replace("{", "{{").replace("}", "}}")
        template = shown + "\n".join(f"{name}: {{{name}}}" for name in names)
        call = FormattedLLMCall(self._engines[module["name"]], template, {name: {} for name in names}, prompt)
        return call(
            inputs={name: variables[name] for name in names},
            response_role_description=f"reply of the module {module['name']}: {_list(module['outputs'])}",
        )

    def _field(self, module: Mapping[str, Any], name: str, value: Any, reply: Any) -> Any:
        from textgrad.autograd.string_based_ops import StringBasedFunction

        purpose = f"takes the reply of the module {module['name']} and gives the {name} for the next module"
        return StringBasedFunction(lambda reply: port.show(value), function_purpose=purpose)(
            inputs={"reply": reply}, response_role_description=f"{name} for the next module"
        )


def _list(fields: port.Fields) -> str:
    return ", ".join(field["name"] for field in fields)


def loss_of(run: port.Run, row: Mapping[str, Any], reply: Any, fields: port.Output | None) -> Any:
    """One metric call, as a Variable that says the score and why."""
    import textgrad as tg
    from textgrad.autograd.string_based_ops import StringBasedFunction

    judged = run.score(row["id"], fields)
    said = f"{judged['score']}: {judged['feedback']}" if judged.get("feedback") else str(judged["score"])
    wanted = tg.Variable(
        port.show_fields(row["expected"]), requires_grad=False, role_description="correct answer for the query"
    )
    compare = StringBasedFunction(
        lambda prediction, ground_truth_answer: said,
        function_purpose="The runtime of string-based function that checks if the prediction is correct.",
    )
    return compare(inputs={"prediction": reply, "ground_truth_answer": wanted})


def mean_on(run: port.Run, chain: Chain, rows: Sequence[Mapping[str, Any]]) -> float:
    return sum(run.score(row["id"], chain.forward(row["input"])[1])["score"] for row in rows) / len(rows)


def batches(rows: Sequence[Any], rng: random.Random) -> Iterator[list[Any]]:
    """Shuffled batches, epoch after epoch; a last incomplete one is given too."""
    while True:
        order = list(rows)
        rng.shuffle(order)
        for start in range(0, len(order), BATCH):
            yield order[start : start + BATCH]


def hash_by_birth(variable_class: type) -> None:
    """textgrad walks sets of Variables, whose order is that of their addresses: make it the same in every process."""
    births = itertools.count()

    def hashed(variable: Any) -> int:
        if "birth" not in variable.__dict__:
            variable.birth = next(births)
        return variable.birth

    variable_class.__hash__ = hashed  # type: ignore[method-assign]


def search(run: port.Run) -> None:
    import numpy as np
    import textgrad as tg

    hash_by_birth(tg.Variable)
    logging.getLogger("textgrad").setLevel(logging.ERROR)
    task = run.task()
    np.random.seed(task["seed"] % 2**32)
    random.seed(task["seed"])
    teacher = textgrad_engine(run.teacher())
    tg.set_backward_engine(teacher, override=True)
    modules = task["program"]["modules"]
    declared = {module["name"]: task["baseline"][f"{module['name']}.instructions"] for module in modules}
    chain = Chain(run, modules, {"instructions": declared})
    optimizer = tg.TextualGradientDescent(engine=teacher, parameters=chain.prompts)

    left = task["budget"] - len(task["val"])
    best = mean_on(run, chain, task["val"])
    run.incumbent(instructions=chain.instructions())
    for batch in batches(task["train"], random.Random(task["seed"])):
        left -= len(batch) + len(task["val"])
        if left < 0:
            break
        optimizer.zero_grad()
        losses = []
        for row in batch:
            reply, fields = chain.forward(row["input"])
            losses.append(loss_of(run, row, reply, fields))
        tg.sum(losses).backward()
        before = [prompt.value for prompt in chain.prompts]
        optimizer.step()
        score = mean_on(run, chain, task["val"])
        if score < best:
            for prompt, old in zip(chain.prompts, before):
                prompt.set_value(old)
        else:
            best = score
            run.incumbent(instructions=chain.instructions())
    inputs = run.test()
    outputs = [chain.forward(given)[1] for given in inputs]
    run.final("budget", outputs=outputs, instructions=chain.instructions())


def check(run: port.Run, program: port.Texts, rows: list[dict[str, Any]]) -> dict[str, Any]:
    modules = program["modules"]
    chain = Chain(run, modules, program)
    used = [program["students"][module["name"]] for module in modules if module["name"] in program["students"]]
    outputs = [chain.forward(row["input"])[1] for row in rows]
    return {"outputs": outputs, **({"students": [used] * len(rows)} if used else {})}


if __name__ == "__main__":
    port.main(run=search, check=check)
