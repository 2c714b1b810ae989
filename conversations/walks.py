"""Walking what somebody owns from one end to the other, a page at a time, while rows are added, changed and deleted."""

from django.db.models import F, Q

from conversations.models import Conversation, Tombstone


class UnknownPlaceError(ValueError):
    """The row that a walk should go on behind is none of the walker's, and never was."""


class Walk:
    """Pages of `conversations`, a queryset over what `owner` owns, in the order of `sort` and then of id.

    `sort` is created_at or updated_at. Along created_at every row that stands from first to last comes exactly once;
    along updated_at a row that changes meanwhile moves, and may come twice or not at all.
    """

    def __init__(self, conversations, owner, *, sort="updated_at", descending=True):
        self.conversations, self.owner, self.sort, self.descending = conversations, owner, sort, descending

    def page(self, columns, *, after=None, limit):
        """(rows as tuples of `columns`, whether more follow), behind the row with the id `after`.

        Raises UnknownPlaceError. A row deleted since is a good place: its tombstone knows where it stood.
        """
        found = self.conversations
        if after:
            found = found.filter(self._behind(*self._place(after)))
        order = [F(name).desc() if self.descending else F(name).asc() for name in (self.sort, "id")]
        rows = list(found.order_by(*order).values_list(*columns)[: limit + 1])
        return rows[:limit], len(rows) > limit

    def _place(self, pk):
        for rows in (Conversation.objects.filter(owner=self.owner), Tombstone.objects.filter(owner_id=self.owner.pk)):
            if (moment := rows.filter(pk=pk).values_list(self.sort, flat=True).first()) is not None:
                return moment, pk
        raise UnknownPlaceError(pk)

    def _behind(self, moment, pk):
        # Spelled so that the index begins at `moment`: a plain OR would read it from its start.
        if self.descending:
            return Q(**{f"{self.sort}__lte": moment}) & ~Q(**{self.sort: moment, "id__gte": pk})
        else:
            return Q(**{f"{self.sort}__gte": moment}) & ~Q(**{self.sort: moment, "id__lte": pk})
