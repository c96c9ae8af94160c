"""lm.py sends what the peers' own clients send; run with `python -m unittest` in this folder."""

# No `from __future__ import annotations` here: dspy cannot resolve a signature's local names from text.
import importlib.util
import json
import os
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable

import lm

# Neither litellm nor dspy may ask the network for a price list, and textgrad writes a log where it is told.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
SCRATCH = tempfile.mkdtemp()
os.environ.update(TEXTGRAD_LOG_DIR=SCRATCH, XDG_CACHE_HOME=SCRATCH, OPENAI_API_KEY="none")


def answer_to(body: dict[str, Any]) -> str:
    """An answer that parses in each peer's format, told apart by the words its prompts hold."""
    said = json.dumps(body["messages"])
    if "JSON object" in said:
        return '{"reasoning": "because", "answer": "yes"}'
    if "[[ ## answer ## ]]" in said:
        return "[[ ## reasoning ## ]]\nbecause\n\n[[ ## answer ## ]]\nyes\n\n[[ ## completed ## ]]"
    return "<IMPROVED_VARIABLE>better</IMPROVED_VARIABLE>" if "IMPROVED_VARIABLE" in said else "yes"


class Recorder:
    """A completions server on a free port. It keeps every body, and can drop idle connections or fail."""

    def __init__(self, drops_connections: bool = False, status: int = 200) -> None:
        self.bodies: list[dict[str, Any]] = []
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                recorder.bodies.append(body)
                message = {"role": "assistant", "content": answer_to(body)}
                choice = {"index": 0, "finish_reason": "stop", "message": message}
                usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
                kind = {"id": "1", "object": "chat.completion", "created": 1, "model": "student"}
                reply = json.dumps({**kind, "choices": [choice], "usage": usage}).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)
                # Closed without a "connection: close" header, as a server does with an idle connection.
                self.close_connection = drops_connections

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"
        self.model = lm.ChatModel(lm.Server(self.url), "student")

    def bodies_of(self, act: Callable[[], Any]) -> list[dict[str, Any]]:
        self.bodies.clear()
        act()
        return list(self.bodies)

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()


class WithRecorder(unittest.TestCase):
    def recorder(self, **options: Any) -> Recorder:
        made = Recorder(**options)
        self.addCleanup(made.stop)
        return made


class ServerTest(WithRecorder):
    def test_a_dropped_connection_is_opened_again_and_each_answer_asked_for_once(self) -> None:
        recorder = self.recorder(drops_connections=True)
        for index in range(5):
            recorder.model.text([{"role": "user", "content": str(index)}])
        self.assertEqual([body["messages"][0]["content"] for body in recorder.bodies], list("01234"))

    def test_a_failed_answer_is_an_error_and_not_tried_again(self) -> None:
        recorder = self.recorder(status=503)
        with self.assertRaises(lm.ServerError) as caught:
            recorder.model.text([{"role": "user", "content": "x"}])
        self.assertEqual((caught.exception.status, len(recorder.bodies)), (503, 1))

    def test_no_server_is_a_connection_error(self) -> None:
        recorder = Recorder()
        recorder.stop()
        with self.assertRaises(ConnectionError):
            recorder.model.text([{"role": "user", "content": "x"}])

    def test_gepa_may_give_a_prompt_or_messages(self) -> None:
        recorder = self.recorder()
        call = lm.gepa_lm(recorder.model, temperature=0.5)
        prompted = recorder.bodies_of(lambda: call("x"))
        self.assertEqual(prompted, recorder.bodies_of(lambda: call([{"role": "user", "content": "x"}])))
        self.assertEqual(prompted[0]["temperature"], 0.5)


@unittest.skipUnless(importlib.util.find_spec("dspy"), "dspy is not installed")
class DspyTest(WithRecorder):
    def said(self, recorder: Recorder, language_model: Any) -> list[dict[str, Any]]:
        import itertools
        from typing import Literal

        import dspy

        class Decide(dspy.Signature):
            """Decide."""

            question: str = dspy.InputField()
            hints: list[str] = dspy.InputField()
            answer: Literal["yes", "no"] = dspy.OutputField(desc="the answer")

        demos = [
            dspy.Example(question="d", hints=["h"], answer="no", augmented=True),
            dspy.Example(question="e", answer="yes"),
        ]
        configs = ({}, {"temperature": 0.3}, {"rollout_id": 3, "temperature": 1.0}, {"max_tokens": 50})
        adapters = (dspy.ChatAdapter(), dspy.JSONAdapter())
        recorder.bodies.clear()
        modules = (dspy.Predict, dspy.ChainOfThought)
        for adapter, module, shown, config in itertools.product(adapters, modules, ([], demos), configs):
            with dspy.context(lm=language_model, adapter=adapter):
                program = module(Decide)
                for predictor in program.predictors():
                    predictor.demos = shown
                self.assertEqual(program(question='q \u00e9\n"x', hints=["a"], config=config).answer, "yes")
        with dspy.context(lm=language_model):
            language_model("hello")
            language_model.copy(rollout_id=1, temperature=1.0)("hello")
            program = dspy.Predict(Decide)
            program.set_lm(language_model)
            program.deepcopy()(question="1", hints=[])
        return list(recorder.bodies)

    def test_it_sends_what_litellm_sends(self) -> None:
        import dspy

        recorder = self.recorder()
        for defaults in ({}, {"temperature": 0.7, "max_tokens": 1000}):
            options = {"api_base": recorder.url, "api_key": "none", "cache": False, "num_retries": 0, **defaults}
            through_litellm = self.said(recorder, dspy.LM("openai/student", engine="litellm", **options))
            self.assertEqual(len(through_litellm), 35)
            self.assertEqual(self.said(recorder, lm.dspy_lm(recorder.model, **defaults)), through_litellm)


@unittest.skipUnless(importlib.util.find_spec("textgrad"), "textgrad is not installed")
class TextgradTest(WithRecorder):
    def test_it_sends_what_its_own_openai_engine_sends(self) -> None:
        import textgrad
        from openai import OpenAI
        from textgrad.engine.local_model_openai_api import ChatExternalClient

        recorder = self.recorder()

        def step(engine: Any) -> None:
            prompt = textgrad.Variable("start", requires_grad=True, role_description="system prompt")
            query = textgrad.Variable("hello", requires_grad=False, role_description="query")
            loss = textgrad.TextLoss("be strict", engine=engine)(textgrad.BlackboxLLM(engine, prompt)(query))
            loss.backward(engine)
            textgrad.TGD([prompt], engine=engine).step()
            self.assertEqual(prompt.value, "better")
            engine("a prompt without a system prompt")

        own = ChatExternalClient(OpenAI(base_url=recorder.url, api_key="none", max_retries=0), "student")
        sent = recorder.bodies_of(lambda: step(own))
        for body in sent:
            self.assertIsNone(body.pop("stop"))
        self.assertEqual(len(sent), 6)
        self.assertEqual(recorder.bodies_of(lambda: step(lm.textgrad_engine(recorder.model))), sent)


if __name__ == "__main__":
    unittest.main()
