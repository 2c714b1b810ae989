from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import ratelimit
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from accounts.models import User, Workspace

EMAIL_LIMIT = 254


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is switched off.",
        "duplicate_email": "This address belongs to your account already.",
        # One sentence for a wrong password and for an address nobody has: strangers learn no addresses here.
        "email_password_mismatch": "There is no account with this e-mail address and password.",
        "email_taken": "There is an account with this address already.",
        "enter_current_password": "This is not your current password.",
        "incorrect_password": "This is not your password.",
        "too_many_login_attempts": "Too many tries. Wait a quarter of an hour, then try again.",
    }

    def pre_authenticate(self, request, **credentials):
        """Only failures count. allauth counts every try first and takes it back where the password was right, so that
        right ones at the same moment would lock each other out."""
        if not self._count_failure(request, credentials, dry_run=True):
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request, **credentials):
        self._count_failure(request, credentials)
        super().authentication_failed(request, **credentials)

    def _count_failure(self, request, credentials, dry_run=False):
        """False where there were too many already. Guesses at the same moment may outnumber the limit by the threads of
        the web server, once in a quarter of an hour."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        return ratelimit.consume(request, action="login_failed", key=key, dry_run=dry_run)

    def is_open_for_signup(self, request):
        return settings.OPEN_SIGNUP

    def clean_email(self, email):
        """allauth's forms know no longest address; its table does, and would answer 500."""
        if len(email) > EMAIL_LIMIT:
            raise ValidationError(f"An address has at most {EMAIL_LIMIT} characters.")
        return super().clean_email(email)

    def get_password_change_redirect_url(self, request):
        return reverse("accounts:index")

    def new_user(self, request):
        return User(role=User.Role.ADMIN)

    def save_user(self, request, user, form, commit=True):
        """Whoever signs up gets a workspace of their own and runs it."""
        user = super().save_user(request, user, form, commit=False)
        user.email = User.objects.normalize_email(user.email)
        with transaction.atomic():
            user.workspace = Workspace.objects.start(user.email)
            user.save()
        return user
