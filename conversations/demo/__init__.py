"""The demo story: Mira builds an observatory in her garden, and talks it over with several models for 18 months.

    tell(owner)     makes it all, relative to now; whatever of it the owner already has is left alone

The words are in `words/`, one module per conversation: its `tell(story)` says them to a Story, which writes them with
the verbs everything else uses. Nothing in it is real but the astronomy.
"""

from django.utils import timezone

from conversations.demo.story import Story
from conversations.demo.words import TOLD

EMAIL = "demo@parley.example"
NAME = "Mira"

__all__ = ["EMAIL", "NAME", "TOLD", "tell"]


def tell(owner):
    """The conversations that were missing, as a list; each is written whole or not at all."""
    now = timezone.now()
    stories = [(Story(owner, words.__name__.rpartition(".")[2], now), words) for words in TOLD]
    return [story.conversation for story, words in stories if story.told_by(words.tell)]
