"""Chat completions: the question that every model server understands, asked once and answered whole.

Model servers are slow, and lie: an answer may come a byte a minute, or never end, or lead elsewhere. The patience is
for the whole exchange, from looking up the name to the last byte, which only an event loop can promise; what an answer
may hold is bounded; nothing is followed, unpacked or passed on to whoever asked.
"""

import asyncio
import functools
import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from lib.refusals import Refusal
from lib.text import clean

log = logging.getLogger("parley.model")

AT_ONCE = 4  # in one process: each holds a thread that could be answering somebody
ANSWER_BYTES = 4 * 1024 * 1024
CONNECT_SECONDS = 10  # who does not even open the door in that time is away
USAGE = ("prompt_tokens", "completion_tokens", "total_tokens")

_places = threading.BoundedSemaphore(AT_ONCE)
_threads = ThreadPoolExecutor(AT_ONCE, "model")  # where no other loop is running, whatever runs in the caller's


class ModelNotConfigured(Refusal):
    said = "No model is configured on this server."


class ModelBusy(Refusal):
    said = "The model is answering as many questions as it may at once. Try again in a few seconds."
    retry_after = 5


class ModelFailed(Refusal):
    """Whatever went wrong there: the log says what. Its own words stay there, as they may quote anything."""

    said = "The model’s server did not give an answer."


class ModelTimedOut(Refusal):
    said = "The model took too long to answer."


@dataclass(frozen=True)
class Completion:
    """What a model answered. `model` is what the server calls the one that did."""

    text: str
    model: str
    reasoning: str = ""
    is_cut: bool = False  # it had more to say than it was allowed
    usage: dict = field(default_factory=dict)  # tokens, as far as the server counts them


@dataclass(frozen=True)
class ModelServer:
    """Where models are asked: `url` goes on with /chat/completions."""

    url: str
    key: str
    patience: float  # seconds

    def complete(self, messages, *, model, **wishes):
        """The Completion of `messages`, as chat models take them. `wishes`: temperature, max_tokens.

        Raises ModelBusy, ModelFailed, ModelTimedOut.
        """
        if not _places.acquire(blocking=False):
            raise ModelBusy
        try:
            question = {"model": model, "messages": messages, "stream": False, **wishes}
            asking = self._ask(json.dumps(question).encode())
            return _read(_threads.submit(asyncio.run, asking).result(), model)
        except (TimeoutError, httpx.TimeoutException):
            log.warning("no answer within %s seconds", self.patience)
            raise ModelTimedOut from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log.warning("no answer: %s", type(error).__name__)
            raise ModelFailed from None
        finally:
            _places.release()

    async def _ask(self, body):
        async with (
            asyncio.timeout(self.patience),
            self._client() as client,
            client.stream("POST", f"{self.url}/chat/completions", content=body) as response,
        ):
            if response.status_code != 200:
                raise _failed(f"status {response.status_code}")
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise _failed("it is compressed, which was not asked for")
            return await _whole(response)

    def _client(self):
        """What the environment says of proxies is not for this: the operator named the address to be asked."""
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "Content-Type": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        timeout = httpx.Timeout(None, connect=CONNECT_SECONDS)
        return httpx.AsyncClient(
            headers=headers, timeout=timeout, follow_redirects=False, trust_env=False, verify=_trusted()
        )


@functools.cache
def _trusted():
    """Reading the certificates takes longer than asking. SSL_CERT_FILE names others."""
    return httpx.create_ssl_context()


async def _whole(response):
    answer = bytearray()
    async for chunk in response.aiter_raw():
        answer += chunk
        if len(answer) > ANSWER_BYTES:
            raise _failed("it is too long")
    return bytes(answer)


def _read(answer, asked):
    """The Completion in what the server sent. Raises ModelFailed."""
    try:
        value = json.loads(answer)
        choice = value["choices"][0]
        said = choice["message"]
        text, reasoning = (_text(said, names) for names in (("content", "refusal"), ("reasoning_content", "reasoning")))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise _failed("it is no chat completion") from None
    if not text.strip():
        raise _failed("it says nothing")
    return Completion(
        text=text,
        model=_text(value, ["model"]) or asked,
        reasoning=reasoning,
        is_cut=choice.get("finish_reason") in ("length", "content_filter"),
        usage=_usage(value.get("usage")),
    )


def _text(said, names):
    """The first of these that is a text, as it can be stored."""
    found = next((said[name] for name in names if isinstance(said.get(name), str) and said[name]), "")
    return clean(found)


def _usage(counted):
    counted = counted if isinstance(counted, dict) else {}
    return {name: counted[name] for name in USAGE if type(counted.get(name)) is int and 0 <= counted[name] < 2**53}


def _failed(why):
    log.warning("no answer: %s", why)
    return ModelFailed()
