"""Who and what the measurements are about: the reader, the operator, and the conversations that are asked for."""

from dataclasses import dataclass

from django.conf import settings
from django.test import Client as Browser

from accounts.models import User
from conversations.models import Conversation
from tests.bench.client import Client

CSRF = "c" * 32


@dataclass
class Cast:
    """`reader` owns the corpus. Conversations by what they are for; ids in lists where they are used up."""

    reader: User
    operator: User  # a superuser
    importer: User  # owns what is deleted and what is imported, so that the reader's own does not change
    thread: dict  # length → id
    short: list  # of ten messages, to be added to
    nearly_full: object  # of 9,000, to be added to: at 10,000 an append is refused
    unread: list  # long enough for a window, never opened
    doomed: list  # of 10,000, to be deleted


def sign_in(user, port):
    """A Client with a session, as after signing in with a password."""
    browser = Browser()
    browser.force_login(user)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return Client(port, {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: CSRF})


def path_of(conversation_id):
    return Conversation(pk=conversation_id).get_absolute_url()
