import signal

from django.core.management.base import BaseCommand

from conversations.tasks import work


class Command(BaseCommand):
    help = "Runs imports in the background until it is told to stop (SIGTERM, Ctrl-C)."

    def handle(self, **options):
        stopping = []
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: stopping.append(True))
        work(lambda: bool(stopping))
