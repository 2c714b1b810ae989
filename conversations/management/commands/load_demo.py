import os

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from conversations import demo

PASSWORD = "PARLEY_DEMO_PASSWORD"  # noqa: S105  the variable's name


class Command(BaseCommand):
    help = "Tells the demo story to one user. Safe to run again: what is already there stays as it is."

    def add_arguments(self, parser):
        parser.add_argument("--owner", metavar="EMAIL", help=f"whose conversations; without it {demo.EMAIL}, made here")
        parser.add_argument(
            "--password",
            help=f"of {demo.EMAIL} when it is made here; {PASSWORD} in the environment says it where no `ps` can look",
        )

    def handle(self, *, owner, password, **options):
        reader = self._user(owner) if owner else self._demo_user(password or os.environ.get(PASSWORD))
        told = demo.tell(reader)
        if told:
            messages = sum(conversation.message_count for conversation in told)
            self.stdout.write(f"Told {reader.email} {len(told)} conversations, {messages} messages.")
        else:
            self.stdout.write(f"{reader.email} has the demo story already; nothing was changed.")

    def _user(self, email):
        user = User.objects.with_email(email)
        if not user:
            raise CommandError(f"There is no user {email}.")
        return user

    def _demo_user(self, password):
        user = User.objects.with_email(demo.EMAIL)
        if not user:
            user = User.objects.create_user(demo.EMAIL, password, name=demo.NAME)
            if not password:
                self.stdout.write(f"{demo.EMAIL} has no password, so nobody can sign in to it.")
        return user
