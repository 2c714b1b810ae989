from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.db import transaction

from accounts.models import User, Workspace


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return settings.OPEN_SIGNUP

    def new_user(self, request):
        return User(role=User.Role.ADMIN)

    def save_user(self, request, user, form, commit=True):
        """Whoever signs up gets a workspace of their own and runs it."""
        user = super().save_user(request, user, form, commit=False)
        user.email = User.objects.normalize_email(user.email)
        with transaction.atomic():
            user.workspace = Workspace.objects.create(name=user.email)
            user.save()
        return user
