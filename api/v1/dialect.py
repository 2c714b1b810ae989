import hashlib
import json
from functools import partial

from api.dialect import Dialect
from api.problem import invalid, not_found
from api.queries import choice_of, limit_of
from lib.times import iso
from lib.typeid import decode
from lib.walks import UnknownPlaceError


class V1(Dialect):
    """Parley's own words, in the form of the Jan Server guide: flat errors, lists that answer both styles at once."""

    @classmethod
    def error(cls, problem, request_id):
        return {
            "code": problem.code,
            "error": problem.message,
            "message": problem.message,
            "request_id": request_id,
        }

    def page(self, rows, *, has_more, total, status=200, **more):
        """A list: `rows` are spelled already. `more` stands beside them."""
        first, last = (rows[0]["id"], rows[-1]["id"]) if rows else ("", "")
        return self.answer(
            {
                "object": "list",
                "data": rows,
                "next_after": last if has_more else None,
                "first_id": first,
                "last_id": last,
                "has_more": has_more,
                "total": total,
                **more,
            },
            status,
        )

    def newest_first(self, rows, spell, *, read=None, gone=None):
        """A page of a queryset whose rows are as old as their ids, which grow with time: so the id of a row that is
        gone is a place as good as any. `gone`: where one is found that has left the list since, Tombstones as a rule.
        `read`: how an id is read and looked for where it is no TypeID of the row's."""
        query = self.request.GET
        limit = limit_of(query, default=20, maximum=100)
        try:
            after = cursor_of(query, read or partial(decode, rows.model.PREFIX))
            if after and not read:
                check_place(after, rows, gone)
        except ValueError:
            raise invalid("after", "is no row of this list.", code="invalid_cursor") from None
        found = list((rows.filter(pk__lt=after) if after else rows).order_by("-pk")[: limit + 1])
        has_more = len(found) > limit
        total = len(found) if not after and not has_more else rows.order_by().count()
        return self.page([spell(row) for row in found[:limit]], has_more=has_more, total=total)

    def walk(self, page, prefix, spell):
        """A page in the order that the query asks for: by the time of the last change, or of the beginning.

        `page`: lib.walks.Walk's, or one that takes the same."""
        query = self.request.GET
        sort = choice_of(query, "sort", ["updated_at", "created_at"])
        descending = choice_of(query, "order", ["desc", "asc"]) == "desc"
        limit = limit_of(query, default=20, maximum=100)
        try:
            found = page(sort=sort, descending=descending, after=cursor_of(query, partial(decode, prefix)), limit=limit)
        except ValueError:
            raise invalid("after", "is no row of this list.", code="invalid_cursor") from None
        return self.page([spell(row) for row in found.rows], has_more=found.has_more, total=found.total)

    def locked(self, row):
        """The row as it is now, for the caller’s transaction, if it is what If-Match names. Raises Problem, Stale."""
        current = type(row).objects.select_for_update().filter(pk=row.pk).first()
        if current is None:
            raise not_found(row._meta.model_name)
        self.check_unchanged(etag_of(current))
        return current

    def deleted(self, row, kind):
        """The answer that `row` is gone."""
        return self.answer({"id": row.typeid, "object": f"{kind}.deleted", "deleted": True})


def etag_of(row):
    """Of a row that knows when it was changed last."""
    return f'"{iso(row.updated_at)}"'


def digest_of(spelled):
    """Of what has no time of its last change: of all that is answered of it."""
    written = json.dumps(spelled, sort_keys=True).encode()
    return f'"{hashlib.blake2s(written, digest_size=12).hexdigest()}"'


def cursor_of(query, read):
    """The key of the row already seen, from `after` or its alias; None at the beginning. ValueError for no id."""
    spelled = query.get("after") or query.get("cursor")
    return read(spelled) if spelled else None


def check_place(pk, *places):
    """Raises UnknownPlaceError where none of these querysets has the row."""
    if not any(rows.filter(pk=pk).exists() for rows in places if rows is not None):
        raise UnknownPlaceError(pk)
