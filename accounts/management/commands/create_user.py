import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import AuditEvent, User, Workspace


class Command(BaseCommand):
    help = "Makes a user who can sign in. Without --password a random one is made and printed on the last line."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--password", help="at least ten characters")
        parser.add_argument("--superuser", action="store_true", help="sees every workspace and may open the admin")
        parser.add_argument(
            "--workspace", metavar="NAME", help="joined by name or ten_… id; made when there is none of that name"
        )

    @transaction.atomic
    def handle(self, *, email, password, superuser, workspace, **options):
        fields = {}
        if workspace is not None:
            fields = self.place_in(workspace)
        chosen = password if password is not None else secrets.token_urlsafe(15)
        create = User.objects.create_superuser if superuser else User.objects.create_user
        try:
            validate_password(chosen, User(email=email))
            user = create(email, chosen, **fields)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        AuditEvent.record("user.create", target=user, reason="create_user", superuser=superuser)
        self.stderr.write(f"Created {user.email} ({user.typeid}) in the workspace {user.workspace.name}.")
        if password is None:
            self.stdout.write(chosen)

    def place_in(self, name):
        if found := Workspace.objects.named(name):
            if len(found) > 1:
                raise CommandError(f"There are {len(found)} workspaces called {name}; give the id instead.")
            return {"workspace": found[0]}
        if not name.strip() or len(name) > 120:
            raise CommandError("A workspace's name has 1 to 120 characters.")
        # Whoever founds it runs it.
        return {"workspace": Workspace.objects.create(name=name), "role": User.Role.ADMIN}
