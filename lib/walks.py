"""Walking rows from one end to the other, a page at a time, while some are added, changed and deleted."""

from django.db.models import F, Q


class UnknownPlaceError(ValueError):
    """The row that a walk should go on behind is none of the walker's, and never was."""


class Walk:
    """Pages of `rows`, a queryset, in the order of the column `sort` and then of id.

    Along a time that stays, every row that stands from first to last comes exactly once; along one that grows, a row
    that changes meanwhile moves, and may come twice or not at all.

    `places`: querysets in which the row to go on behind is looked for; what was deleted may have left its place there.
    """

    def __init__(self, rows, places, *, sort, descending=True):
        self.rows, self.places, self.sort, self.descending = rows, places, sort, descending

    def page(self, *, after=None, limit):
        """(at most `limit` rows, whether more follow), behind the row with the id `after`. Raises UnknownPlaceError."""
        found = self.rows.filter(self._behind(*self._place(after))) if after else self.rows
        order = [F(name).desc() if self.descending else F(name).asc() for name in (self.sort, "id")]
        rows = list(found.order_by(*order)[: limit + 1])
        return rows[:limit], len(rows) > limit

    def _place(self, pk):
        for rows in self.places:
            if (moment := rows.filter(pk=pk).values_list(self.sort, flat=True).first()) is not None:
                return moment, pk
        raise UnknownPlaceError(pk)

    def _behind(self, moment, pk):
        # Spelled so that the index begins at `moment`: a plain OR would read it from its start.
        if self.descending:
            return Q(**{f"{self.sort}__lte": moment}) & ~Q(**{self.sort: moment, "id__gte": pk})
        else:
            return Q(**{f"{self.sort}__gte": moment}) & ~Q(**{self.sort: moment, "id__lte": pk})
