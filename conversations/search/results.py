"""What a search gives back."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from conversations.models.conversation import Conversation
from conversations.search.typed import Question

COUNTED = 200  # beyond it "200+": nobody reads on, and so many are read anyway to group them by conversation


@dataclass(slots=True)
class Hit:
    id: UUID
    conversation_id: UUID
    position: int
    role: str
    created_at: datetime
    model: str = ""
    external_id: str | None = None
    snippet: str = ""  # plain text with lib.marks' sentinels: show it with `marked`
    on_active_branch: bool = True
    score: float = 0


@dataclass(slots=True)
class Group:
    """A conversation, up to SNIPPETS of its hits, and how many `more` this page holds; none where its title matched."""

    conversation: Conversation
    hits: list[Hit] = field(default_factory=list)
    more: int = 0
    title: str = ""  # with sentinels


@dataclass(slots=True)
class Results:
    """One page. `titles`: conversations found by their name (first page only); `groups`: those found by what they say.

    `hits_total` stops at COUNTED + 1, and is None where counting is not worth its time (phrases that fill a page) or
    the time was up. So does `titles_total`, with in:title; else it stops one above those that are shown.
    `reached`: to find those that fit, messages were looked at down to this moment and no further; the next page goes on
    from there. None where nothing stopped the search.
    `is_stopped`: the time was up, and there may be more of it.
    `fallback`: no word matched as typed, so these are messages with words that begin like them.
    """

    question: Question
    marks: list[str] = field(default_factory=list)
    titles: list[Group] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    hits_total: int | None = 0
    titles_total: int = 0
    reached: datetime | None = None
    next_cursor: str = ""
    is_stopped: bool = False
    fallback: bool = False
    notice: str = ""

    @property
    def hits(self):
        return [hit for group in self.groups for hit in group.hits]

    @property
    def total_label(self):
        """ "37", "200+", or "20+" where nobody counted."""
        if self.hits_total is None:
            return f"{sum(len(group.hits) + group.more for group in self.groups)}+"
        return f"{COUNTED:,}+" if self.hits_total > COUNTED else f"{self.hits_total:,}"


@dataclass(frozen=True)
class Matches:
    """Find in conversation: [(position, message id)] in reading order, N of M over turns that may not be loaded."""

    marks: list[str]
    found: list[tuple[int, UUID]]
    notice: str = ""
