"""What a conversation is called that nobody has named."""

from django.conf import settings

from conversations.answering import Question
from lib.text import first_words

NAME = 100  # characters: what every program can show
CONTEXT = 8_000  # characters that the model is told; nobody needs more to say what something is about
INSTRUCTION = (
    "Name the conversation that begins with these words, in their language and in two to six words. "
    "Answer with the name alone."
)
QUOTES = "\"'“”„«»"


def name_for(words):
    """The name for a conversation that begins with these: the model's, or the first of them where there is no model.

    Raises what Question.ask does.
    """
    if not settings.MODEL_BASE_URL:
        return first_words(words, NAME)
    told = [{"role": "system", "content": INSTRUCTION}, {"role": "user", "content": words[:CONTEXT]}]
    return first_words(Question(told, settings.MODEL_NAME).ask().text.strip(), NAME).strip(QUOTES)
