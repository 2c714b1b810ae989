from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import ApiKey, AuditEvent, User, Workspace
from accounts.models.api_key import SCOPES


class Command(BaseCommand):
    help = "Makes an API key and prints it, alone, on the last line of standard output. It is never shown again."

    def add_arguments(self, parser):
        parser.add_argument("email", nargs="?", help="the user it acts for")
        parser.add_argument(
            "--workspace", metavar="NAME", help="instead of a user: a key that acts for any user of this workspace"
        )
        parser.add_argument(
            "--scopes",
            default="conversations:read,conversations:write",
            help=f"separated by commas; known: {', '.join(SCOPES)}",
        )
        parser.add_argument("--days", type=int, help="how long it works; as long as it is not revoked, if not given")
        parser.add_argument("--name", default="", help="what it is for, to tell it from the others")

    @transaction.atomic
    def handle(self, *, email, workspace, scopes, name, days, **options):
        if (email is None) == (workspace is None):
            raise CommandError("Give the e-mail of a user, or --workspace NAME.")
        if len(name) > 120:
            raise CommandError("A key's name has at most 120 characters.")
        wanted = [scope for part in scopes.split(",") if (scope := part.strip())]
        if not wanted:
            raise CommandError(f"A key without scopes opens nothing. Known: {', '.join(SCOPES)}.")
        if days is not None and not 0 < days <= 36_500:
            raise CommandError("A key works for 1 to 36,500 days, or without --days until it is revoked.")
        expires_at = timezone.now() + timedelta(days=days) if days else None
        user = self.user(email) if email is not None else None
        home = user.workspace if user else self.workspace(workspace)
        try:
            key, secret = ApiKey.objects.mint(
                workspace=home, user=user, name=name, scopes=dict.fromkeys(wanted), expires_at=expires_at
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        AuditEvent.record("apikey.create", target=key, reason="create_api_key", scopes=key.scopes)
        whom = user.email if user else f"every user of {home.name}"
        self.stderr.write(f"Created {key.typeid}, which acts for {whom}.")
        self.stdout.write(secret)

    def user(self, email):
        user = User.objects.with_email(email)
        if user is None:
            raise CommandError(f"There is no user {email}.")
        return user

    def workspace(self, name):
        found = Workspace.objects.named(name)
        if not found:
            raise CommandError(f"There is no workspace {name}.")
        if len(found) > 1:
            raise CommandError(f"There are {len(found)} workspaces called {name}; give the id instead.")
        return found[0]
