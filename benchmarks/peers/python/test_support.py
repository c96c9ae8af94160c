"""A small peer server for the tests of the ports: a task whose one rule a teacher knows."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import port

RULE = "Words with an x are odd."
FIELDS: dict[str, Any] = {
    "word": {"name": "word", "description": "a word", "type": "string"},
    "kind": {"name": "kind", "description": "its kind", "type": "string", "choices": ["odd", "even"]},
    "loud": {"name": "loud", "description": "whether it shouts", "type": "boolean"},
    "hints": {"name": "hints", "description": "what was found", "type": "string[]"},
    "note": {"name": "note", "description": "what to look up", "type": "string"},
}


def module(name: str, inputs: str, outputs: str) -> dict[str, Any]:
    fields = [[FIELDS[one] for one in names.split()] for names in (inputs, outputs)]
    return {"name": name, "instructions": f"Do {name}.", "inputs": fields[0], "outputs": fields[1]}


ONE = [module("sort", "word", "kind loud")]
TWO = [module("find", "word", "note"), module("judge", "word hints", "kind loud")]


def row(index: int) -> dict[str, Any]:
    word = f"word{index}" + ("x" if index % 2 else "y")
    return {"word": word, "kind": "odd" if index % 2 else "even", "loud": False}


class PeerServer:
    """Keeps every body by path (`posts`), and answers as the peer server and the simulated models do."""

    def __init__(
        self, modules: list[dict[str, Any]], budget: int = 60, train: int = 8, val: int = 6, seed: int = 0
    ) -> None:
        self.modules, self.budget, self.seed = modules, budget, seed
        self.rows = {f"train-{i}": row(i) for i in range(train)} | {f"val-{i}": row(100 + i) for i in range(val)}
        self.posts: dict[str, list[dict[str, Any]]] = {}
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                self._reply(server.get(self.path))

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                path = self.path.removeprefix("/runs/a")
                server.posts.setdefault(path, []).append(body)
                self._reply(server.post(path, body))

            def _reply(self, answer: Any) -> None:
                text = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def run(self, variant: str = "", lower: int = 0) -> port.Run:
        return port.Run(f"http://127.0.0.1:{self._http.server_port}/runs/a", lower, variant)

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def metric_calls(self) -> int:
        evaluated = sum(len(body["ids"]) for body in self.posts.get("/evaluate", []))
        return len(self.posts.get("/score", [])) + evaluated

    def get(self, path: str) -> Any:
        if path.endswith("/test"):
            return {"inputs": [{"word": "testx"}, {"word": "testy"}]}
        rows = {
            split: [
                {"id": name, "input": {"word": one["word"]}, "expected": {"kind": one["kind"], "loud": one["loud"]}}
                for name, one in self.rows.items()
                if name.startswith(split)
            ]
            for split in ("train", "val")
        }
        first = self.modules[0]["name"]
        return {
            "seed": self.seed,
            "budget": self.budget,
            "program": {"name": "p", "modules": self.modules},
            "choices": {f"{first}.instructions": ["no", RULE, "nothing"], f"{first}.demos": ["none", "some"]},
            **rows,
        }

    def post(self, path: str, body: Any) -> Any:
        if path == "/v1/chat/completions":
            content = self.say(body)
            choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
            usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
            kind = {"id": "1", "object": "chat.completion", "created": 1, "model": body["model"]}
            return {**kind, "choices": [choice], "usage": usage}
        if path == "/score":
            return self.judge(body["id"], body["output"])
        if path == "/evaluate":
            knows = RULE in body["candidate"].values()
            return {
                "rows": [
                    {"id": one, "output": {}, "trace": [], "score": float(knows or self.rows[one]["kind"] == "even")}
                    for one in body["ids"]
                ]
            }
        if path == "/between":
            return {"hints": [f"{body['fields']['note']} was found"]} if body["module"] == "find" else {}
        return {"score": 1.0, "expected": 1.0}

    def judge(self, name: str, output: Any) -> Any:
        right = output is not None and output["kind"] == self.rows[name]["kind"]
        return {"score": float(right), "feedback": "Right." if right else RULE}

    def say(self, body: Any) -> str:
        said = "\n".join(message["content"] for message in body["messages"])
        if "teacher" in body["model"]:
            asked = said.split("Your output fields are:")[1].split("All interactions")[0]
            by_module = json.dumps({one["name"]: RULE for one in self.modules})
            wanted = re.findall(r"`(\w+)` \(([^)]*)\):", asked)
            fields = {name: by_module if "dict" in kind else RULE for name, kind in wanted}
            if "response_format" in body:
                return json.dumps(fields)
        else:
            system, last = body["messages"][0]["content"], body["messages"][-1]["content"]
            word = re.findall(r"\[\[ ## word ## \]\]\n(\w+)", last)[-1]
            knows = RULE in system and word.endswith("x")
            answers = {"kind": "odd" if knows else "even", "loud": "False", "note": f"about {word}"}
            asked_of = next(one for one in self.modules if f"[[ ## {one['outputs'][0]['name']} ## ]]" in system)
            fields = {one["name"]: answers[one["name"]] for one in asked_of["outputs"]}
        return "".join(f"[[ ## {name} ## ]]\n{value}\n\n" for name, value in fields.items()) + "[[ ## completed ## ]]"
