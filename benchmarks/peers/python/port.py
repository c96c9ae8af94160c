"""What the Python ports share: the run they are asked for, and the reading of replies.

A port is a file that calls `port.main(run=..., check=...)`. The harness gives it one run of
the peer server in the environment: CULTIVAR_RUN_URL (`http://127.0.0.1:PORT/runs/ID`),
PORT_MODE (`run` or `check`), PORT_LOWER (how often the setting was lowered because a
run exceeded its budget) and CULTIVAR_VARIANT (which optimizer of the framework).
Import this module before any framework: it keeps them from the network and from
writing into the folder they are started in.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import sys
import tempfile
import traceback
from typing import Any, Callable, Mapping, Sequence
from urllib.parse import urlsplit

SCRATCH = tempfile.mkdtemp(prefix="cultivar-port-")
os.environ.update(
    LITELLM_LOCAL_MODEL_COST_MAP="True",
    TEXTGRAD_LOG_DIR=SCRATCH,
    XDG_CACHE_HOME=SCRATCH,
    DSPY_CACHEDIR=SCRATCH,
    OPENAI_API_KEY="none",
)

import lm  # noqa: E402

Fields = Sequence[Mapping[str, Any]]
"""FieldSpecs of a module: name, description, type (string, boolean, number, string[]), choices?"""
Output = dict[str, Any]
Texts = dict[str, Any]
"""What the server takes as a program: instructions and demos by module, or candidate by component."""


class Run:
    """One run of the peer server. Every call of `score` and each row of `evaluate` is one metric call."""

    def __init__(self, url: str, lower: int = 0, variant: str = "") -> None:
        self.url, self.lower, self.variant = url.rstrip("/"), lower, variant
        self.server = lm.Server(self.url)
        self.models = lm.Server(self.url + "/v1")

    def task(self) -> dict[str, Any]:
        """World, seed, budget, program, train and val rows; see the peer server."""
        return self._get("/task")

    def student(self, model: str = "simulated-student") -> lm.ChatModel:
        return lm.ChatModel(self.models, model)

    def teacher(self) -> lm.ChatModel:
        return lm.ChatModel(self.models, "simulated-teacher")

    def score(self, row_id: str, output: Output | None, students: Sequence[str] | None = None) -> dict[str, Any]:
        """score, and where the world says them feedback and byModule. Output None is no answer: 0."""
        named = {} if students is None else {"students": list(students)}
        return self.server.post("/score", {"id": row_id, "output": output, **named})

    def evaluate(self, candidate: Mapping[str, str], ids: Sequence[str]) -> list[dict[str, Any]]:
        """The world's own program on these rows: id, output, error?, trace, score, feedback?, byModule?"""
        return self.server.post("/evaluate", {"candidate": dict(candidate), "ids": list(ids)})["rows"]

    def between(self, module: str, fields: Mapping[str, Any]) -> Output:
        """What the program adds to its fields after `module` has answered."""
        return self.server.post("/between", {"module": module, "fields": dict(fields)})

    def incumbent(self, **texts: Any) -> None:
        """From now on this is the best: instructions=, demos= by module, or candidate=."""
        self.server.post("/incumbent", texts)

    def test(self) -> list[dict[str, str]]:
        """Ends the search; the test inputs."""
        return self._get("/test")["inputs"]

    def final(self, end: str, **result: Any) -> float:
        """The result: outputs= of the port's own program on the test inputs and its texts, or texts alone."""
        return self.server.post("/final", {"end": end, **result})["score"]

    def check_task(self) -> dict[str, Any]:
        return self._get("/check")

    def check(self, name: str, outputs: Sequence[Output | None], **more: Any) -> None:
        self.server.post("/check", {"name": name, "outputs": list(outputs), **more})

    def _get(self, path: str) -> Any:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=600)
        with contextlib.closing(connection):
            connection.request("GET", parts.path + path)
            response = connection.getresponse()
            answer = response.read()
        if response.status != 200:
            raise lm.ServerError(self.url + path, response.status, answer.decode(errors="replace"))
        return json.loads(answer)


def main(
    run: Callable[[Run], None],
    check: Callable[[Run, Texts, list[dict[str, Any]]], dict[str, Any]],
) -> None:
    """Do what the environment asks for; exit with 1 and the reason as the last line of stderr on failure.

    `run(run)` searches, calls `run.test()` and hands in with `run.final(...)`.
    `check(run, program, rows)` runs the given program (modules, instructions, demos, students,
    candidate) on the rows, without searching, and returns what `run.check` takes: `outputs` (None for no answer), and `students` where used.
    """
    given = Run(
        os.environ["CULTIVAR_RUN_URL"],
        int(os.environ.get("PORT_LOWER", "0")),
        os.environ.get("CULTIVAR_VARIANT", ""),
    )
    try:
        if os.environ.get("PORT_MODE", "run") == "check":
            task = given.check_task()
            modules = task["program"]["modules"]
            for name, texts in task["programs"].items():
                given.check(name, **check(given, {"modules": modules, **texts}, task["rows"]))
        else:
            run(given)
    except Exception as error:
        traceback.print_exc()
        print(f"{type(error).__name__}: {error}".replace("\n", " "), file=sys.stderr)
        sys.exit(1)


def show_fields(values: Mapping[str, Any]) -> str:
    """Fields as text, one `name: value` each; a list has a line per item."""
    return "\n".join(f"{name}: {show(value)}" for name, value in values.items())


def show(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "\n".join(show(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value)


def read_reply(text: str, fields: Fields) -> Output | None:
    """The fields of a reply: JSON, or `field: value` lines; None when one is missing or unreadable.

    A module of one field takes a reply that names none as its value.
    """
    found = _read_json(text, fields)
    if found is None:
        found = _read_lines(text, fields)
    if not found and len(fields) == 1 and text.strip():
        found = {fields[0]["name"]: text.strip()}
    try:
        return {field["name"]: _typed(found[field["name"]], field) for field in fields}
    except (KeyError, ValueError):
        return None


def _read_json(text: str, fields: Fields) -> Output | None:
    start, end = text.find("{"), text.rfind("}")
    if start == -1 or end < start:
        return None
    try:
        found = json.loads(text[start : end + 1])
    except ValueError:
        return None
    return found if isinstance(found, dict) and any(field["name"] in found for field in fields) else None


def _read_lines(text: str, fields: Fields) -> Output:
    names = "|".join(re.escape(field["name"]) for field in fields)
    heads = list(re.finditer(rf"^[\s*#`-]*({names})[*`]*[ \t]*:[*`]*[ \t]*", text, re.IGNORECASE | re.MULTILINE))
    own_names = {field["name"].lower(): field["name"] for field in fields}
    found: Output = {}
    for head, following in zip(heads, [*heads[1:], None]):
        end = len(text) if following is None else following.start()
        # The last mention counts: what stands before an answer may be talk about it.
        found[own_names[head[1].lower()]] = text[head.end() : end].strip()
    return found


def _typed(value: Any, field: Mapping[str, Any]) -> Any:
    kind = field["type"]
    if kind == "string[]":
        return [show(item) for item in value] if isinstance(value, list) else show(value).splitlines()
    if kind == "boolean" and isinstance(value, str):
        if value.lower() not in ("true", "false"):
            raise ValueError(f"no boolean: {value!r}")
        return value.lower() == "true"
    if kind == "number" and isinstance(value, str):
        number = float(value)
        return int(number) if number.is_integer() else number
    if kind != "string":
        return value
    written = show(value)
    same = [choice for choice in field.get("choices", ()) if choice.lower() == written.lower()]
    return same[0] if same else written


def run_chain(
    run: Run,
    modules: Sequence[Mapping[str, Any]],
    given: Mapping[str, Any],
    answer: Callable[[Mapping[str, Any], Output], Output | None],
) -> Output | None:
    """The program around a port's own modules: each is fed from the input and from what came before.

    `answer(module, inputs)` gives a module's fields, or None, which ends the chain.
    """
    fields: Output = dict(given)
    for module in modules:
        own = {field["name"]: fields.get(field["name"], "") for field in module["inputs"]}
        answered = answer(module, own)
        if answered is None:
            return None
        fields.update(answered)
        if len(modules) > 1:
            fields.update(run.between(module["name"], fields))
    return fields
