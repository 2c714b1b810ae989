"""A server that speaks chat completions, as Ollama or vLLM do: `python -m tests.model_server PORT` starts one by hand.

It answers with what it was asked last, so that an answer shows what a model was told. For tests it can also behave as
badly as real ones do.
"""

import contextlib
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ModelServer(ThreadingHTTPServer):
    """`questions` are the bodies that came, `headers` those of the last request. `behaviour(handler, question)`, where
    there is one, answers instead of `answer`. `gate` keeps every answer until it is set."""

    daemon_threads = True

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), _Handler)
        self.questions, self.headers, self.behaviour = [], {}, None
        self.arrived, self.gate = threading.Semaphore(0), threading.Event()
        self.gate.set()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.gate.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """Whoever asked has hung up: that is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.questions.append(question)
        self.server.headers = dict(self.headers)
        self.server.arrived.release()
        self.server.gate.wait(60)
        with contextlib.suppress(OSError):
            (self.server.behaviour or answer)(self, question)

    def send(self, body, status=200, **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def answer(handler, question):
    handler.send(completion(f"You said: {question['messages'][-1]['content']}", model=question["model"]))


def completion(text, *, model="llama", finish_reason="stop", **said):
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": model,
        "choices": [
            {"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", "content": text, **said}}
        ],
        "usage": {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17},
    }


if __name__ == "__main__":
    ModelServer(int(sys.argv[1])).serve_forever()
