"""Passwords that come with a request, counted where they are wrong: pages and programs share the counters."""

from allauth.account import signals
from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.core.exceptions import ValidationError

from accounts.refusals import TooManyTries


def who_signs_in(request, email, password):
    """The user who has this address and this password, or None: for no such address as for a wrong password, and after
    the same time. Raises TooManyTries."""
    if not ratelimit.consume(request, action="login"):
        raise TooManyTries(60, "Too many sign-ins. Wait a minute, then try again.")
    adapter = get_adapter(request)
    try:
        user = adapter.authenticate(request, email=email, password=password)
    except ValidationError:
        raise TooManyTries(900, adapter.error_messages["too_many_login_attempts"]) from None
    return user if user and user.is_active else None


def is_password_of(user, password, request):
    """Whether it is. Ten tries a minute; raises TooManyTries."""
    if not ratelimit.consume(request, action="reauthenticate", user=user):
        raise TooManyTries(60, "Too many tries. Wait a minute, then try again.")
    return user.check_password(password)


def change_password(request, user, new):
    """Whatever was signed in with the old one is out: accounts.trail sees to it."""
    user.set_password(new)
    user.save(update_fields=["password", "updated_at"])
    signals.password_changed.send(sender=type(user), request=request, user=user)


def count_sign_up(request):
    """Raises TooManyTries for who makes too many accounts."""
    if not ratelimit.consume(request, action="signup"):
        raise TooManyTries(60, "Too many sign-ups. Wait a minute, then try again.")
