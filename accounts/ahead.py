"""Pages that ask the database before it is known who asks, so that the answer to both comes in one exchange.

Whoever was signed in by a session a moment ago is expected by it again. What is asked for them is shown only when the
session's row, which comes along with it, says that it is still they; for anybody else it is dropped and asked anew.
"""

from functools import wraps
from typing import NamedTuple

from django.contrib.auth.decorators import login_required

from lib.htmx import form_token

KEPT = 10_000  # sessions that a process remembers

_seen = {}


class Reader(NamedTuple):
    """As much of a User as a question needs."""

    pk: object
    workspace_id: object
    is_authenticated: bool = True


def seen(session_key, user):
    if len(_seen) >= KEPT:
        _seen.clear()
    _seen[session_key] = Reader(user.pk, user.workspace_id)


def asking(ask):
    """For a view that wants somebody signed in: `ask(request, reader, **kwargs)` makes Answers (lib.asking) for a
    Reader or a User, and the view gets them after its request."""

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
            form_token(request)  # it has to be made anyway, and PostgreSQL is at work
            return answered(request, reader, answers, **kwargs)

        return asks

    return decorate
