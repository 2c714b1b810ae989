"""Pages that send their queries together with the one for the session, in one exchange with the database.

A page's queries need to know who is signed in, and that is in the session's row. So a process remembers whom a session
signed in when it was last read, and asks for that reader. The session's row comes along: only if it still signs in the
same user of the same workspace are the answers used. Otherwise they are dropped, and everything is asked anew.
"""

from functools import wraps
from typing import NamedTuple

from django.contrib.auth.decorators import login_required

from lib.htmx import form_token

KEPT = 10_000  # sessions that a process remembers

_seen = {}  # session key: Reader


class Reader(NamedTuple):
    """As much of a User as a query needs."""

    pk: object
    workspace_id: object
    is_authenticated: bool = True


def seen(session_key, user):
    """To be called whenever a session's row was read, and signs in `user`."""
    if len(_seen) >= KEPT:
        _seen.clear()
    _seen[session_key] = Reader(user.pk, user.workspace_id)


def asking(ask):
    """Like login_required, for a view(request, answers, **kwargs). `answers` is what `ask(request, reader, **kwargs)`
    returned for the reader, a Reader or a User: an object that holds Answers (lib.asking), none of them needed yet."""

    def decorate(view):
        @login_required
        @wraps(view)
        def answered(request, reader, answers, **kwargs):
            if reader != Reader(request.user.pk, request.user.workspace_id):
                answers = ask(request, request.user, **kwargs)
            return view(request, answers, **kwargs)

        @wraps(view)
        def asks(request, **kwargs):
            reader = _seen.get(request.session.session_key)
            if reader is None:
                return answered(request, None, None, **kwargs)
            answers = ask(request, reader, **kwargs)
            request.session.send()
            form_token(request)  # has to be made anyway, and PostgreSQL is at work meanwhile
            return answered(request, reader, answers, **kwargs)

        return asks

    return decorate
