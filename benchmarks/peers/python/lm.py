"""One small client for an OpenAI-compatible server, and its faces for each peer.

The peers' own clients spend more time per call than the simulated model does, so
every port talks through this one. It changes nothing of what a peer says: messages
and sampling parameters go out as the peer wrote them. There is no cache, and an
answer is never asked for twice: only a request that found no live connection is sent
again. Peers are imported at first use, so each face works without the others.
"""

from __future__ import annotations

import functools
import http.client
import json
import threading
from typing import Any, Callable
from urllib.parse import urlsplit

CONNECTION_TRIES = 3
"""Sends of one request over fresh connections before a connection error is raised."""


class ServerError(RuntimeError):
    """The server answered with a status other than 200; `status` holds it."""

    def __init__(self, url: str, status: int, body: str) -> None:
        super().__init__(f"{url}: expected status 200, got {status}: {body[:500]}")
        self.status = status


class Server:
    """A JSON-over-HTTP server, reached over one kept-alive connection per thread.

    `base_url` is http only and may carry a path (`http://127.0.0.1:8080/v1`).
    Copies share the connections, so frameworks may deep-copy what holds a server.
    """

    def __init__(self, base_url: str, timeout_s: float = 600.0) -> None:
        parts = urlsplit(base_url)
        if parts.scheme != "http" or parts.hostname is None:
            raise ValueError(f"Server: expected an http:// address, got {base_url!r}")
        self.base_url = base_url.rstrip("/")
        self._host, self._port = parts.hostname, parts.port or 80
        self._path = parts.path.rstrip("/")
        self._timeout_s = timeout_s
        self._of_thread = threading.local()

    def post(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
        """Send `body` as JSON to `path` and return the JSON answer."""
        payload = json.dumps(body).encode()
        sent = {"content-type": "application/json", **(headers or {})}
        status, answer = self._exchange(self._path + path, payload, sent)
        if status != 200:
            raise ServerError(self.base_url + path, status, answer.decode(errors="replace"))
        return json.loads(answer)

    def _exchange(self, path: str, payload: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        for tries_left in reversed(range(CONNECTION_TRIES)):
            connection = self._connection()
            try:
                connection.request("POST", path, payload, headers)
                response = connection.getresponse()
                return response.status, response.read()
            except (ConnectionError, http.client.BadStatusLine):
                # The server closed an idle connection (or none was there): nothing was answered.
                connection.close()
                if tries_left == 0:
                    raise
            except BaseException:
                # A half-read answer (a timeout, an interrupt) must not be taken for the next one's.
                connection.close()
                raise
        raise AssertionError("unreachable")

    def _connection(self) -> http.client.HTTPConnection:
        connection = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
            self._of_thread.connection = connection
        return connection

    def __copy__(self) -> Server:
        return self

    def __deepcopy__(self, _memo: dict[int, Any]) -> Server:
        return self


class ChatModel:
    """One model of a server's `/chat/completions`. Parameters that are None are not sent."""

    def __init__(self, server: Server, model: str, headers: dict[str, str] | None = None) -> None:
        self.server, self.model, self.headers = server, model, headers

    def complete(self, messages: list[dict[str, Any]], **parameters: Any) -> dict[str, Any]:
        """Return the whole completion object."""
        given = {name: value for name, value in parameters.items() if value is not None}
        body = {"model": self.model, "messages": messages, **given}
        return self.server.post("/chat/completions", body, self.headers)

    def text(self, messages: list[dict[str, Any]], **parameters: Any) -> str:
        """Return the first choice's text; an answer without text is the empty string."""
        return self.complete(messages, **parameters)["choices"][0]["message"]["content"] or ""


def gepa_lm(model: ChatModel, **parameters: Any) -> Callable[[str | list[dict[str, Any]]], str]:
    """A `reflection_lm` (or `task_lm`) for `gepa.optimize`: a prompt or messages in, text out."""

    def call(prompt: str | list[dict[str, Any]]) -> str:
        messages = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
        return model.text(messages, **parameters)

    return call


def dspy_lm(model: ChatModel, **parameters: Any) -> Any:
    """A `dspy.BaseLM`; `parameters` (`temperature`, `max_tokens`) are its defaults, as for `dspy.LM`."""
    return _dspy_class()(model, **parameters)


def textgrad_engine(model: ChatModel, **parameters: Any) -> Any:
    """A textgrad engine; `parameters` replace the ones textgrad's OpenAI engine sends by default."""
    return _textgrad_class()(model, **parameters)


@functools.cache
def _dspy_class() -> type:
    import warnings

    import dspy

    # dspy 3.4 announces that BaseLM.forward goes in 3.5; the version is pinned.
    warnings.filterwarnings("ignore", "Implementing custom LMs through BaseLM", DeprecationWarning)

    class ServedLM(dspy.BaseLM):
        """dspy's messages, sent as `dspy.LM(engine="litellm", cache=False, num_retries=0)` sends them."""

        def __init__(self, model: ChatModel, **parameters: Any) -> None:
            super().__init__(model.model, cache=False, num_retries=0, **parameters)
            self._chat = model

        @property
        def supported_params(self) -> set[str]:
            # What litellm says of an unlisted OpenAI model decides whether JSONAdapter asks for
            # a JSON object; `supports_response_schema` stays False, as it does there.
            return {"max_tokens", "n", "response_format", "seed", "stop", "temperature", "top_p"}

        def forward(self, prompt: str | None = None, messages: Any = None, **kwargs: Any) -> dict[str, Any]:
            parameters = {**self.kwargs, **kwargs}
            for never_sent in ("rollout_id", "cache"):
                parameters.pop(never_sent, None)
            return self._chat.complete(messages or [{"role": "user", "content": prompt}], **parameters)

        async def aforward(self, prompt: str | None = None, messages: Any = None, **kwargs: Any) -> dict[str, Any]:
            import asyncio

            return await asyncio.to_thread(self.forward, prompt, messages, **kwargs)

        def __deepcopy__(self, _memo: dict[int, Any]) -> ServedLM:
            return self.copy()

    return ServedLM


@functools.cache
def _textgrad_class() -> type:
    from textgrad.engine import EngineLM

    class ServedEngine(EngineLM):
        """textgrad's `ChatOpenAI` without its disk cache, its retries and its `"stop": null`."""

        def __init__(self, model: ChatModel, **parameters: Any) -> None:
            self._chat, self.model_string, self.is_multimodal = model, model.model, False
            # The values `ChatOpenAI` sends when its caller names none.
            defaults = {
                "frequency_penalty": 0, "presence_penalty": 0, "temperature": 0, "max_tokens": 2000, "top_p": 0.99
            }
            self._parameters = {**defaults, **parameters}

        def generate(self, prompt: str, system_prompt: str | None = None, **kwargs: Any) -> str:
            messages = [
                {"role": "system", "content": system_prompt or self.system_prompt},
                {"role": "user", "content": prompt},
            ]
            return self._chat.text(messages, **{**self._parameters, **kwargs})

        def __call__(self, prompt: str, **kwargs: Any) -> str:
            return self.generate(prompt, **kwargs)

    return ServedEngine
