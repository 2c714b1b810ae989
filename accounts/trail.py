"""What people do with their account, written into the audit trail as it happens. Imported once, by AccountsConfig.

Nothing here keeps what was typed: into the e-mail field of a sign-in that failed, people type passwords.
"""

from allauth.account import signals
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver

from accounts.models import AuditEvent, Login, Session, User
from accounts.models.session import remember_device


@receiver(signals.user_logged_in)
def signed_in(request, user, **kwargs):
    Session.objects.forget_old(user)
    remember_device(request)
    AuditEvent.record("account.sign_in", actor=user, target=user, request=request)


@receiver(signals.user_signed_up)
def signed_up(request, user, **kwargs):
    AuditEvent.record("account.sign_up", actor=user, target=user, request=request)


@receiver(user_login_failed)
def refused(credentials, request=None, **kwargs):
    """allauth refuses the sixth try before it comes here, so a guesser cannot fill the table."""
    known = User.objects.with_email(str(credentials.get("email") or ""))
    AuditEvent.record("account.sign_in_failed", target=known, request=request)


@receiver([signals.password_changed, signals.password_set, signals.password_reset])
def password_changed(request, user, **kwargs):
    """The new password has made every other session invalid already; here their rows go as well."""
    session = getattr(request, "session", None)  # a program has none
    ended = Session.objects.end_others(user, session and session.session_key)
    Login.objects.filter(user=user).delete()
    AuditEvent.record("account.password", actor=user, target=user, request=request, sessions_ended=ended)


@receiver([signals.email_added, signals.email_changed, signals.email_removed])
def email_changed(request, user, signal, **kwargs):
    actions = {
        signals.email_added: "account.email_added",
        signals.email_changed: "account.email_changed",
        signals.email_removed: "account.email_removed",
    }
    AuditEvent.record(actions[signal], actor=user, target=user, request=request)
