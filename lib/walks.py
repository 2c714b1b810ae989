"""Walking rows from one end to the other, a page at a time, while some are added, changed and deleted.

Along a time that stays, every row that stands from first to last comes exactly once; along one that grows, a row that
changes meanwhile moves, and may come twice or not at all.
"""

from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import F, Q, QuerySet


class UnknownPlaceError(ValueError):
    """The row that a walk should go on behind is none of the walker's, and never was."""


class Page(NamedTuple):
    rows: list
    has_more: bool
    total: int | None  # of the whole list, where it was counted


@dataclass(frozen=True)
class Walk:
    """Pages of `rows`.

    `places`: querysets in which the row to go on behind is looked for; what was deleted may have left its place there.
    """

    rows: QuerySet
    places: list[QuerySet]

    def page(self, *, sort, descending=True, after=None, limit, counted=True):
        """At most `limit` rows behind the one with the id `after`, in the order of the column `sort` and then of id.

        Raises UnknownPlaceError.
        """
        found = self.rows.filter(_behind(sort, descending, self._place(after, sort), after)) if after else self.rows
        order = [F(name).desc() if descending else F(name).asc() for name in (sort, "id")]
        rows = list(found.order_by(*order)[: limit + 1])
        has_more = len(rows) > limit
        total = len(rows) if not after and not has_more else None
        if total is None and counted:
            total = self.rows.order_by().count()
        return Page(rows[:limit], has_more, total)

    def _place(self, pk, sort):
        for rows in self.places:
            if (moment := rows.filter(pk=pk).values_list(sort, flat=True).first()) is not None:
                return moment
        raise UnknownPlaceError(pk)


def _behind(sort, descending, moment, pk):
    # Spelled so that the index begins at `moment`: a plain OR would read it from its start.
    if descending:
        return Q(**{f"{sort}__lte": moment}) & ~Q(**{sort: moment, "id__gte": pk})
    else:
        return Q(**{f"{sort}__gte": moment}) & ~Q(**{sort: moment, "id__lte": pk})
