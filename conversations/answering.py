"""Another answer of the model, beside the one that is there.

In three steps, because a model may take minutes: what is asked is read, then the model is waited for with no connection
to the database, then the answer is stored on what the conversation has become meanwhile. Whatever happened in between
might as well have happened just after: what was added stays on the branch it is on, and words edited in place never
take away the answers behind them. Only where the message itself is gone is there no place for an answer.
"""

from dataclasses import dataclass

from django.conf import settings

from conversations import limits
from conversations.context import context
from conversations.refusals import ConversationFull, NothingToAnswer
from lib.completions import ModelNotConfigured, ModelServer
from lib.sql import release_connection

MODEL = 120  # characters of a model's name


@dataclass(frozen=True)
class Question:
    """What the model is told, and which one."""

    messages: list[dict]
    model: str

    def ask(self, **wishes):
        """The Completion, with no connection to the database while it lasts. `wishes`: temperature, max_tokens.

        Raises what ModelServer.complete does.
        """
        release_connection()
        return _server().complete(self.messages, model=self.model, **wishes)


def question_again(conversation, message, *, reader, model=""):
    """The Question whose answer shall stand beside `message`, or below it where it is the user's.

    Raises ModelNotConfigured, ConversationFull, ContextTooSmall, NothingToAnswer.
    """
    _server()
    if conversation.message_count >= limits.MESSAGES:
        raise ConversationFull
    told = context(conversation, message.answered_position, tokens=settings.MODEL_CONTEXT_TOKENS, reader=reader)
    if not told.messages:
        raise NothingToAnswer
    return Question(told.messages, model or _wanted(conversation) or settings.MODEL_NAME)


def as_message(completion):
    """What Conversation.append takes of a Completion, beside the role."""
    return {
        "text": completion.text,
        "parts": _parts(completion),
        "model": completion.model[:MODEL],
        "status": "incomplete" if completion.is_cut else "completed",
        "metadata": {"usage": completion.usage} if completion.usage else None,
    }


def _server():
    if not settings.MODEL_BASE_URL:
        raise ModelNotConfigured
    return ModelServer(settings.MODEL_BASE_URL, settings.MODEL_API_KEY, settings.MODEL_TIMEOUT)


def _wanted(conversation):
    """The model that a client chose for this conversation, in the metadata that it keeps here."""
    wanted = conversation.metadata.get("model_id")
    return wanted if isinstance(wanted, str) and len(wanted) <= MODEL else ""


def _parts(completion):
    if completion.reasoning in ("", completion.text):
        return None
    return [{"type": "reasoning", "text": completion.reasoning}, {"type": "text", "text": completion.text}]
