"""Sessions with their user in a column. The module is Django's SESSION_ENGINE: it holds the store and its table.

Not a second table beside Django's, which would have to be reconciled with the real one session by session: here the row
that signs somebody in is the row that is listed, and deleting it signs them out.
"""

import hashlib
import json
import re
from functools import lru_cache

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import InterfaceError, OperationalError, models
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property

from accounts import browsers
from accounts.models.user import User
from lib.asking import Prepared

DEVICE = "device"
KEY = re.compile(r"[a-z0-9]{32}")
USER_AGENT_LIMIT = 300
KEPT = 10_000  # sessions whose content a process remembers


class SessionQuerySet(models.QuerySet):
    def open_for(self, user):
        """The sessions that still sign `user` in, newest first: not run out, and made with today's password."""
        valid = user.get_session_auth_hash()
        rows = self.filter(user=user, expire_date__gt=timezone.now())
        rows = [row for row in rows if constant_time_compare(row.content.get(HASH_SESSION_KEY, ""), valid)]
        return sorted(rows, key=lambda row: row.signed_in_at or row.expire_date, reverse=True)

    def end_others(self, user, current_key):
        """Signs `user` out everywhere but in the session with that key. Returns how many sessions ended."""
        return self.filter(user=user).exclude(session_key=current_key).delete()[0]

    def end_named(self, user, name, *, but):
        """Ends one of `user`'s sessions by its `name`, unless its key is `but`. Returns 1, or 0 where it is gone."""
        keys = [row.session_key for row in self.filter(user=user).exclude(session_key=but) if row.name == name]
        return self.filter(session_key__in=keys).delete()[0]

    def forget_old(self, user):
        """Deletes those that have run out. Called at each sign-in, so that they never pile up."""
        self.filter(user=user, expire_date__lte=timezone.now()).delete()


class Session(AbstractBaseSession):
    user = models.ForeignKey(User, models.CASCADE, null=True, editable=False, related_name="sessions")

    objects = BaseSessionManager.from_queryset(SessionQuerySet)()

    def __str__(self):
        return self.browser

    @classmethod
    def get_session_store_class(cls):
        return SessionStore

    @property
    def name(self):
        """What a page may call this row. The key itself would sign in whoever reads it there."""
        return hashlib.sha256(self.session_key.encode()).hexdigest()[:32]

    @cached_property
    def content(self):
        return self.get_decoded()

    @property
    def browser(self):
        return browsers.name(self.content.get(DEVICE, {}).get("user_agent", ""))

    @property
    def address(self):
        return self.content.get(DEVICE, {}).get("address", "")

    @property
    def signed_in_at(self):
        """None for a session that no sign-in page began."""
        return parse_datetime(self.content.get(DEVICE, {}).get("at", ""))


_WITH_USER = Prepared(lambda key: Session.objects.filter(session_key=key).select_related("user"))


class SessionStore(db.SessionStore):
    _answer = None  # to the query for the row, once that is sent
    _owner = None  # the row's user, once the row is read

    def _validate_session_key(self, key):
        """Only what Django gives out: a stranger's cookie may hold a NUL, which the database refuses with an error."""
        return bool(key and KEY.fullmatch(key))

    def decode(self, session_data):
        """What Django makes of it, remembered: its signature is checked once, not for every page."""
        return json.loads(_decoded(session_data, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))

    def save(self, must_create=False):
        """Django reports any trouble with the database as a session that is gone; here it is raised as what it is."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError | InterfaceError):
                raise error.__context__  # noqa: B904  it has its cause already
            raise

    @classmethod
    def get_model_class(cls):
        return Session

    def send(self):
        """Sends the query for the row before it is needed, and with it every query that waits (lib.asking)."""
        self._answer = _WITH_USER.ask(self.session_key)
        self._answer.send()

    def _get_session_from_db(self):
        """Read with its user, who is always needed next."""
        answer, self._answer = self._answer or _WITH_USER.ask(self.session_key), None
        row = answer.found
        if row is None or row.expire_date <= timezone.now():
            self._session_key = None
            return None
        self._owner = row.user
        return row

    @property
    def user(self):
        """The user this session signs in. None where Django has to find out itself: nobody is signed in, somebody has
        just signed in, or the key that signs sessions was changed."""
        content, user = self._session, self._owner
        is_signed_in = (
            user is not None
            and user.is_active
            and content.get(SESSION_KEY) == str(user.pk)
            and content.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
            and constant_time_compare(content.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
        )
        return user if is_signed_in else None

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)
        return row


@lru_cache(maxsize=KEPT)
def _decoded(session_data, *keys):
    """As JSON, so that every caller makes objects of its own from it."""
    return json.dumps(super(SessionStore, SessionStore()).decode(session_data))


def remember_device(request):
    """Writes into the session what its owner will know it by. Once, at sign-in: a time of last use would cost a write
    for every page."""
    request.session[DEVICE] = {
        "user_agent": request.META.get("HTTP_USER_AGENT", "")[:USER_AGENT_LIMIT],
        "address": request.META.get("REMOTE_ADDR", ""),
        "at": timezone.now().isoformat(),
    }
