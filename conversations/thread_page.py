"""The page of a thread, in the two parts that lib.pieces wants: the facts that decide how it looks, and HTML.

conversations/detail.html sees the facts, and is rendered once for each combination of them. Titles, numbers, addresses
and the messages themselves never go through it: they are HTML that is put into what was rendered.
"""

from dataclasses import dataclass
from html import escape

from django.template.loader import render_to_string

from conversations import history
from conversations.beside import Beside
from conversations.finding import Finding
from conversations.forms import MessageForm
from conversations.frame import render_framed
from conversations.models import Branch, Conversation
from conversations.outline import Outline
from conversations.threads import Thread
from lib.htmx import wants_fragment
from lib.pieces import piece
from lib.typeid import encode
from projects.people import WRITERS, Role

LONG = 80  # characters of a title that is set smaller


@dataclass
class ThreadPage:
    """One answer of the page. Where htmx asks for the turns alone there is neither an `outline` nor a `beside`."""

    conversation: Conversation
    thread: Thread
    role: Role
    outline: Outline | None = None
    beside: Beside | None = None
    branch: Branch | None = None  # that ends where the shown path ends; None for the active branch, or where none does
    finding: Finding | None = None
    form: MessageForm | None = None  # with a message that was refused
    readings: tuple = (0, None)  # by administrators in the last 30 days: how many, and when the last was
    printed: int = 0  # on a page to be printed: how many messages it has at most
    leads_up: bool = True  # whether it links to what is before and after the turns; see ways()
    leads_down: bool = True

    def response(self, request, status=200):
        facts, html = around(request, self.thread, leads_up=self.leads_up, leads_down=self.leads_down)
        facts, html = facts | self._end_facts, html | self._end
        if not wants_fragment(request):
            facts, html = facts | self._facts, html | self._html
        return render_framed(
            request,
            "conversations/detail.html",
            facts,
            html,
            fragment="turns",
            status=status,
            beside=self.beside,
            conversation=self.conversation,
        )

    @property
    def _end_facts(self):
        has_others = self.conversation.has_others
        return {
            "has_others": has_others,
            "can_edit": self.role in WRITERS,
            "is_live": has_others and self.thread.is_active and not self.printed,
        }

    @property
    def _end(self):
        """The turns, and what stands below the last one."""
        facts = self._end_facts
        about = {"conversation": self.conversation, "tip": self.thread.tip, "can_edit": facts["can_edit"]}
        return {
            "news": render_to_string("conversations/detail/_news.html", about) if facts["is_live"] else "",
            "field": _field(self.form) if facts["can_edit"] else "",
            "branch_id": self._branch_id,
            "turns": b"".join([turn.encode() for turn in self.thread.turns]),
        }

    @property
    def _branch_id(self):
        if self.thread.is_active:
            return encode(Branch.PREFIX, self.conversation.active_branch_id)
        return self.branch.typeid if self.branch else ""

    @property
    def _facts(self):
        conversation = self.conversation
        return {
            "is_untitled": not conversation.title,
            "is_long": len(str(conversation)) > LONG,
            "role": self.role,
            "is_owner": self.role == Role.OWNER,
            "is_empty": not conversation.message_count,
            "is_archived": bool(conversation.archived_at),
            "is_pinned": conversation.is_pinned,
            "is_single": conversation.length == 1,
            "has_branches": conversation.branch_count > 1,
            "has_model": bool(conversation.model),
            "has_source": bool(conversation.source),
            "is_printed": bool(self.printed),
            "is_finding": bool(self.finding and self.finding.words),
            "has_formulas": any("<math" in turn for turn in self.thread.turns),
            **self.outline.facts,
        }

    @property
    def _html(self):
        conversation, path = self.conversation, self.thread.path
        times, last = self.readings
        about, is_finding = {"finding": self.finding, "path": path}, self.finding and self.finding.words
        finds, read = "conversations/detail/_find.html", "conversations/detail/_readings.html"
        return {
            "title": escape(str(conversation)),
            "typeid": conversation.typeid,
            "begun": self.thread.begun,
            "length": length(conversation),
            "model": escape(conversation.model),
            "owner": "" if self.role == Role.OWNER else escape(str(conversation.owner)),
            "source": escape(history.SOURCES.get(conversation.source, conversation.source)),
            "branch_count": f"{conversation.branch_count}",
            "branch": f", {escape(self.branch.name)}" if self.branch else "",
            "printed": f"{self.printed}",
            "find": render_to_string(finds, about) if is_finding else piece(finds, {"path": path}),
            "readings": render_to_string(read, {"times": times, "last": last}) if times else "",
            **self.outline.html,
        }


def ways(request, query):
    """ThreadPage's `leads_up` and `leads_down`. A page leads on in both directions. What htmx fetches is put next to
    turns that the browser has already, and leads on in the direction that `query` asked for."""
    in_part = wants_fragment(request)
    return {"leads_up": not (in_part and "after" in query), "leads_down": not (in_part and "before" in query)}


def around(request, thread, *, leads_up=True, leads_down=True):
    """(facts, HTML) of what stands above and below the turns: the links to those before and after them."""
    count = thread.hidden_count
    facts = {
        "leads_up": leads_up,
        "leads_down": leads_down,
        "has_earlier": bool(thread.earlier_href),
        "has_later": bool(thread.later_href),
        "has_turns": bool(thread.turns),
        "has_hidden": bool(count),
        "is_active": thread.is_active,
        "has_tip": thread.tip is not None,
    }
    return facts, {
        "path": thread.path,
        "tip": "" if thread.tip is None else f"{thread.tip}",
        "earlier_href": escape(thread.earlier_href),
        "later_href": escape(thread.later_href),
        "hidden_href": _with_hidden(request) if count else "",
        "hidden": f"{count} hidden message{'' if count == 1 else 's'}",
    }


def _with_hidden(request):
    query = request.GET.copy()
    query["hidden"] = "1"
    return escape(f"?{query.urlencode()}")


def length(conversation):
    """How long its active branch is, in words."""
    count = conversation.length
    where = " on the active branch" if conversation.branch_count > 1 else ""
    return f"{count:,} message{'' if count == 1 else 's'}{where}"


def _field(form):
    """The field for a new message. An empty one is the same on every page, and takes a millisecond to render."""
    template = "conversations/detail/_field.html"
    return render_to_string(template, {"form": form}) if form else piece(template, {}, form=_EMPTY)


_EMPTY = MessageForm(conversation=None)
