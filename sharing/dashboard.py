"""What is shared, to look over: links, with how often each was opened, and what people were let into."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, Max
from django.utils import timezone

from conversations.models import Conversation
from lib.typeid import decode
from projects.models import Project
from sharing.models import DailyViews, ShareLink
from sharing.sparkline import Sparkline

PAGE = 50
DAYS = 30  # that a line of views goes back
SOON = timedelta(days=7)
PEOPLE = 50  # conversations, and as many projects, that one page names


@dataclass(frozen=True)
class Row:
    link: ShareLink
    conversation: Conversation | None  # None where it is gone
    views: Sparkline

    @property
    def ends_soon(self):
        return self.link.works and self.link.expires_at and self.link.expires_at < timezone.now() + SOON


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    next_cursor: str | None

    @property
    def has_choices(self):
        return any(row.link.revoked_at is None for row in self.rows)


def page(links, conversations, *, state="", named="", after=None):
    """One page of `links`, newest first: of those in a `state`, whose titles have `named` in them, behind the one with
    the id `after`. `conversations`: those that may be named. Three queries, whatever is stored. Raises ValueError.
    """
    if state:
        links = links.in_state(state)
    if named:
        links = links.filter(title__icontains=named)
    if after:
        links = links.filter(pk__lt=decode(ShareLink.PREFIX, after))
    found = list(links.counted().annotate(branch_name=F("branch__name")).order_by("-pk")[: PAGE + 1])
    shown, views = found[:PAGE], DailyViews.objects.by_day(found[:PAGE], DAYS)
    about = conversations.in_bulk({link.conversation_id for link in shown})
    rows = [Row(link, about.get(link.conversation_id), Sparkline(views[link.pk])) for link in shown]
    return Page(rows, shown[-1].typeid if len(found) > PAGE else None)


def views_of(link):
    return Sparkline(DailyViews.objects.by_day([link], DAYS)[link.pk])


@dataclass(frozen=True)
class Crowded:
    """What others were let into, each with `let_in`, how many."""

    conversations: list[Conversation]
    projects: list[Project]
    previous_page: int | None
    next_page: int | None

    @property
    def is_any(self):
        return bool(self.conversations or self.projects or self.previous_page)


def with_people(user, number):
    """The page `number`, from 1 on, of what others were let into that is `user`'s, the newest first. Two queries."""
    owned = Conversation.objects.visible_to(user, own=True).only("title", "workspace_id")
    kinds = [_crowded(owned, "grants", number), _crowded(Project.objects.filter(owner=user), "members", number)]
    has_more = any(len(found) > PEOPLE for found in kinds)
    return Crowded(*(found[:PEOPLE] for found in kinds), number - 1 or None, number + 1 if has_more else None)


def _crowded(rows, let_in, number):
    """One more than a page of them, where there is one."""
    counted = rows.filter(**{f"{let_in}__isnull": False}).annotate(
        let_in=Count(let_in), let_in_last=Max(f"{let_in}__created_at")
    )
    start = (number - 1) * PEOPLE
    return list(counted.order_by("-let_in_last", "-pk")[start : start + PEOPLE + 1])
