"""Makes the real packages send the prompts that benchmarks/src/neutrality/recorded holds.

Reads a job from stdin and prints JSON: the bodies that a local server captured, by name.
Values in them are marks that benchmarks/src/neutrality/record.ts takes for placeholders;
nothing here writes a word of a prompt.

Job: {"mark": {key: text}, "modules": [{"world", "name", "instructions", "inputs", "outputs",
"list_items", "demos": [n, ...], "teach": bool}]}. Marks are asked for by key: `instruction`, `in.<field>`,
`demo<i>.<field>`, `row<i>.<field>`, `row<i>.out.<field>`, `row<i>.reply`, `row<i>.wanted`, `row<i>.feedback`, `gradient<i>`
(what the teacher itself said before, in the order of its replies).
"""

from __future__ import annotations

import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from typing import Any, Callable, Literal

import port
from lm import ChatModel, Server, dspy_lm, textgrad_engine

Module = dict[str, Any]
ROWS = 3


class Capture:
    """A chat server that keeps what it is sent, by the name that stands for the model."""

    def __init__(self) -> None:
        self.bodies: dict[str, list[Any]] = {}
        self.reply: Callable[[str, list[Any]], str] = lambda name, messages: "none"
        capture = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                name, messages = body["model"], body["messages"]
                capture.bodies.setdefault(name, []).append(
                    {"messages": messages, "response_format": body.get("response_format")}
                )
                message = {"role": "assistant", "content": capture.reply(name, messages)}
                choice = {"index": 0, "message": message, "finish_reason": "stop"}
                usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
                answer = json.dumps(
                    {"id": "1", "object": "chat.completion", "model": name, "choices": [choice], "usage": usage}
                ).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._client = Server(f"http://127.0.0.1:{self._server.server_address[1]}")

    def model(self, name: str) -> ChatModel:
        return ChatModel(self._client, name)


class Recorder:
    def __init__(self, job: dict[str, Any]) -> None:
        self.mark: dict[str, str] = job["mark"]
        self.capture = Capture()
        self.errors: dict[str, str] = {}

    def attempt(self, name: str, act: Callable[[], Any]) -> None:
        """What is captured counts; a framework may fail on the made-up reply afterwards."""
        try:
            act()
        except Exception as error:
            if name not in self.capture.bodies:
                self.errors[name] = f"{type(error).__name__}: {error}"[:300]

    def value(self, key: str, field: Module, booleans: bool | None = None) -> Any:
        if field["type"] == "boolean" and booleans is not None:
            return booleans
        if field["type"] == "string[]":
            return [self.mark[f"{key}.0"], self.mark[f"{key}.1"]]
        return self.mark[key]

    # students

    def dspy_student(self, module: Module, demos: int, booleans: bool | None, name: str) -> None:
        import dspy

        for kind, adapter in (
            ("chat", dspy.ChatAdapter(use_json_adapter_fallback=False)),
            ("json", dspy.JSONAdapter()),
        ):
            label = f"student dspy-{kind} {name}"
            signature = self.dspy_signature(module, typed=True)
            predict = dspy.Predict(signature)
            predict.demos = [
                dspy.Example(
                    **{
                        field["name"]: self.value(f"demo{i}.{field['name']}", field, booleans)
                        for field in [*module["inputs"], *module["outputs"]]
                    }
                )
                for i in range(demos)
            ]
            given = {field["name"]: self.value(f"in.{field['name']}", field) for field in module["inputs"]}
            model = dspy_lm(self.capture.model(label), temperature=0.7, max_tokens=1000)

            def act() -> None:
                with dspy.context(lm=model, adapter=adapter):
                    predict(**given)

            self.attempt(label, act)

    def dspy_signature(self, module: Module, typed: bool) -> Any:
        import dspy

        kinds = {"boolean": bool, "number": float, "string[]": list[str], "string": str}

        def kind(field: Module) -> Any:
            if field["type"] == "string[]":
                return list[str]
            if not typed:
                return str
            choices = field.get("choices")
            return Literal[tuple(choices)] if choices else kinds[field["type"]]

        fields = {
            **{f["name"]: (kind(f), dspy.InputField(desc=f["description"])) for f in module["inputs"]},
            **{f["name"]: (kind(f), dspy.OutputField(desc=f["description"])) for f in module["outputs"]},
        }
        return dspy.Signature(fields, self.mark["instruction"])

    def lines(self, prefix: str, fields: list[Module]) -> str:
        """The input as the ports write it for frameworks without fields: bare when there is one."""
        values = {field["name"]: self.value(f"{prefix}{field['name']}", field) for field in fields}
        return port.show(next(iter(values.values()))) if len(values) == 1 else port.show_fields(values)

    def gepa_student(self, module: Module) -> None:
        from gepa.adapters.default_adapter.default_adapter import DefaultAdapter

        label = f"student gepa {module['world']} {module['name']} 0"
        model = self.capture.model(label)
        adapter = DefaultAdapter(model=lambda messages: model.text(messages))
        data = {"input": self.lines("in.", module["inputs"]), "answer": "", "additional_context": {}}
        self.attempt(label, lambda: adapter.evaluate([data], {"system": self.mark["instruction"]}))

    def textgrad_student(self, module: Module) -> None:
        import textgrad as tg

        label = f"student textgrad {module['world']} {module['name']} 0"
        prompt = tg.Variable(
            self.mark["instruction"], requires_grad=True, role_description="structured system prompt"
        )
        asked = tg.Variable(
            self.lines("in.", module["inputs"]), requires_grad=False, role_description="query"
        )
        self.attempt(label, lambda: tg.BlackboxLLM(textgrad_engine(self.capture.model(label)), prompt)(asked))

    # teachers

    def row_of(self, messages: list[Any]) -> int:
        found = re.findall(r"ZQrow(\d)\.", json.dumps(messages))
        return int(found[-1]) if found else 0

    def reply_markers(self, module: Module) -> Callable[[str, list[Any]], str]:
        def reply(name: str, messages: list[Any]) -> str:
            if name.startswith("teacher"):
                return json.dumps({"new_instruction": "another"})
            row = self.row_of(messages)
            parts = [f"[[ ## {f['name']} ## ]]\n{self.mark[f'row{row}.out.' + f['name']]}\n" for f in module["outputs"]]
            return "\n".join([*parts, "[[ ## completed ## ]]"])

        return reply

    def dspy_teacher(self, module: Module) -> None:
        import dspy

        label = f"teacher dspy-gepa {module['world']} {module['name']}"
        names = [field["name"] for field in module["inputs"]]
        rows = [
            dspy.Example(
                row=i, **{field["name"]: self.value(f"row{i}.{field['name']}", field) for field in module["inputs"]}
            ).with_inputs(*names)
            for i in range(ROWS)
        ]

        def metric(gold: Any, pred: Any, trace: Any = None, pred_name: Any = None, pred_trace: Any = None) -> Any:
            return dspy.Prediction(score=0.0, feedback=self.mark[f"row{gold.row}.feedback"])

        self.capture.reply = self.reply_markers(module)
        student = dspy_lm(self.capture.model("student run"), temperature=0.7, max_tokens=1000)
        teacher = dspy_lm(self.capture.model(label), temperature=1.0, max_tokens=4000)
        optimizer = dspy.GEPA(
            metric=metric, max_metric_calls=4 * ROWS, reflection_lm=teacher, reflection_minibatch_size=ROWS,
            num_threads=1, seed=0,
        )

        def act() -> None:
            with dspy.context(lm=student, adapter=dspy.ChatAdapter()):
                optimizer.compile(
                    dspy.Predict(self.dspy_signature(module, typed=False)), trainset=rows, valset=rows
                )

        self.attempt(label, act)
        self.capture.reply = lambda name, messages: "none"

    def mipro_teacher(self, module: Module) -> None:
        """Everything that MIPROv2 asks its prompt model before its trials, over rows that the program gets right."""
        import dspy
        import dspy_port

        label = f"teacher dspy-mipro {module['world']} {module['name']}"
        # Strings only, so that marks are answers.
        plain = {
            **module,
            "instructions": self.mark["instruction"],
            "outputs": [{**field, "type": "string", "choices": None} for field in module["outputs"]],
        }
        fields = [*plain["inputs"], *plain["outputs"]]
        rows = [
            dspy.Example(**{field["name"]: self.value(f"row{i}.{field['name']}", field) for field in fields}).with_inputs(
                *(field["name"] for field in plain["inputs"])
            )
            for i in range(ROWS)
        ]
        said = 0

        def reply(name: str, messages: list[Any]) -> str:
            nonlocal said
            if not name.startswith("teacher"):
                row = self.row_of(messages)
                given = {field["name"]: self.mark[f"row{row}.{field['name']}"] for field in plain["outputs"]}
            else:
                asked = re.findall(r"starting with the field `\[\[ ## (\w+) ## \]\]`", messages[-1]["content"])[-1]
                if asked == "proposed_instruction":
                    given = {asked: "another"}
                else:
                    given = {asked: self.mark[f"gradient{said}"]}
                    said += 1
            return "\n".join([*(f"[[ ## {one} ## ]]\n{value}\n" for one, value in given.items()), "[[ ## completed ## ]]"])

        self.capture.reply = reply
        student = dspy_lm(self.capture.model("student run"), temperature=0.7, max_tokens=1000)
        teacher = dspy_lm(self.capture.model(label), temperature=1.0, max_tokens=4000)

        def act() -> None:
            with dspy.context(lm=student, adapter=dspy.ChatAdapter()):
                optimizer = dspy.MIPROv2(
                    lambda gold, pred, trace=None: 1.0, prompt_model=teacher, auto=None, num_candidates=3,
                    num_threads=1, seed=0,
                )
                optimizer.compile(
                    dspy_port.Program(None, [plain], {}), trainset=rows, valset=rows, num_trials=1, minibatch=False
                )

        self.attempt(label, act)
        self.capture.reply = lambda name, messages: "none"

    def gepa_teacher(self, module: Module) -> None:
        import gepa
        from gepa.core.adapter import EvaluationBatch

        label = f"teacher gepa {module['world']} {module['name']}"
        recorder = self

        class Adapter:
            propose_new_texts = None

            def evaluate(self, batch: Any, candidate: Any, capture_traces: bool = False) -> Any:
                return EvaluationBatch(
                    outputs=list(batch), scores=[0.0] * len(batch), trajectories=list(batch) if capture_traces else None
                )

            def make_reflective_dataset(self, candidate: Any, batch: Any, components: list[str]) -> Any:
                return {
                    component: [
                        {
                            "Inputs": {
                                f["name"]: recorder.value(f"row{i}.{f['name']}", f) for f in module["inputs"]
                            },
                            "Generated Outputs": {
                                f["name"]: recorder.mark[f"row{i}.out.{f['name']}"] for f in module["outputs"]
                            },
                            "Feedback": recorder.mark[f"row{i}.feedback"],
                        }
                        for i in batch.trajectories
                    ]
                    for component in components
                }

        class Silent:
            def log(self, message: str) -> None:
                pass

        model = self.capture.model(label)
        self.attempt(
            label,
            lambda: gepa.optimize(
                seed_candidate={"p": self.mark["instruction"]}, trainset=list(range(ROWS)), valset=list(range(ROWS)),
                adapter=Adapter(), reflection_lm=lambda prompt: model.text([{"role": "user", "content": prompt}]),
                max_metric_calls=3 * ROWS, seed=0, logger=Silent(),
            ),
        )

    def textgrad_teacher(self, module: Module) -> None:
        import textgrad as tg
        from textgrad.autograd.string_based_ops import StringBasedFunction

        label = f"teacher textgrad {module['world']} {module['name']}"
        given = 0

        def reply(name: str, messages: list[Any]) -> str:
            nonlocal given
            if name.startswith("student"):
                row = self.row_of(messages)
                return self.mark[f"row{row}.reply"]
            if "<VARIABLE>" in json.dumps(messages) and "<GRADIENT>" in json.dumps(messages):
                return "<IMPROVED_VARIABLE>another</IMPROVED_VARIABLE>"
            given += 1
            return self.mark[f"gradient{given - 1}"]

        self.capture.reply = reply
        teacher = textgrad_engine(self.capture.model(label))
        student = textgrad_engine(self.capture.model("student run"))
        tg.set_backward_engine(teacher, override=True)
        prompt = tg.Variable(
            self.mark["instruction"],
            requires_grad=True,
            role_description="structured system prompt to a somewhat capable language model that specifies the behavior",
        )
        model = tg.BlackboxLLM(student, prompt)
        optimizer = tg.TextualGradientDescent(engine=teacher, parameters=[prompt])

        def act() -> None:
            losses = []
            for i in range(ROWS):
                asked = tg.Variable(
                    self.lines(f"row{i}.", module["inputs"]), requires_grad=False, role_description="query to the language model"
                )
                wanted = tg.Variable(
                    self.mark[f"row{i}.wanted"], requires_grad=False, role_description="correct answer for the query"
                )
                compare = StringBasedFunction(
                    lambda prediction, ground_truth_answer, i=i: f"0: {self.mark[f'row{i}.feedback']}",
                    function_purpose="The runtime of string-based function that checks if the prediction is correct.",
                )
                losses.append(compare(inputs={"prediction": model(asked), "ground_truth_answer": wanted}))
            tg.sum(losses).backward()
            optimizer.step()

        self.attempt(label, act)
        self.capture.reply = lambda name, messages: "none"


def main() -> None:
    import logging

    import dspy

    # frameworks print their progress
    answer, sys.stdout = sys.stdout, sys.stderr
    logging.disable(logging.CRITICAL)
    dspy.configure(disable_history=True)
    job = json.load(sys.stdin)
    recorder = Recorder(job)
    for module in job["modules"]:
        where = f"{module['world']} {module['name']}"
        for demos in module["demos"]:
            recorder.dspy_student(module, demos, None, f"{where} {demos}")
            if demos > 0 and any(field["type"] == "boolean" for field in module["outputs"]):
                recorder.dspy_student(module, demos, True, f"{where} {demos} true")
        recorder.gepa_student(module)
        recorder.textgrad_student(module)
        if module["teach"]:
            for teach in (
                recorder.gepa_teacher, recorder.dspy_teacher, recorder.mipro_teacher, recorder.textgrad_teacher
            ):
                teach(module)
    recorder.capture.bodies.pop("student run", None)
    versions = {name: version(name) for name in ("dspy", "gepa", "textgrad")}
    json.dump({"versions": versions, "captured": recorder.capture.bodies, "errors": recorder.errors}, answer)


if __name__ == "__main__":
    main()
