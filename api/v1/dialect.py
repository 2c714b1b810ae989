from api.dialect import Dialect
from lib.typeid import decode


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

    def page(self, rows, *, has_more, total, status=200):
        """A list: `rows` are spelled already."""
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
            },
            status,
        )


def cursor_of(query, prefix):
    """The id of the row already seen, from `after` or its alias; None at the beginning. ValueError for no id."""
    spelled = query.get("after") or query.get("cursor")
    return decode(prefix, spelled) if spelled else None
