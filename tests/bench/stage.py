"""Sets the stage: people, their conversations, everything indexed, vacuumed and on disk."""

from datetime import UTC, datetime, timedelta

from accounts.models import User
from tests.bench.cast import Cast
from tests.bench.corpus import Corpus, SearchIndexes
from tests.bench.floors import append

DOOMED = 6


def set_up(connection, words, messages, tell):
    reader = User.objects.create_user("reader@example.org", name="Reader")
    importer = User.objects.create_user("importer@example.org", name="Importer")
    operator = User.objects.create_superuser("operator@example.org", name="Operator")
    now = datetime.now(UTC)
    with SearchIndexes(connection):
        tell(f"writing {messages:,} messages")
        corpus = Corpus(connection, reader, words)
        unread = [corpus.add(60, now - timedelta(days=20 * n + 3)) for n in range(45)]
        short = [corpus.add(10, now - timedelta(days=2, minutes=n)) for n in range(100)]
        thread = {
            length: corpus.add(length, now - timedelta(days=400), twice=range(50, length, 50))
            for length in (10, 1_000, 10_000)
        }
        nearly_full = corpus.add(9_000, now - timedelta(days=500))
        special = 60 * len(unread) + 10 * len(short) + sum(thread) + 9_000
        corpus.fill(messages - special, messages // 50)
        others = Corpus(connection, importer, words)
        doomed = [others.add(10_000, now - timedelta(days=100)) for _ in range(DOOMED)]
        others.flush()
        tell("building the search index")
    connection.execute(append.TABLE)
    tell("vacuum")
    connection.execute("VACUUM ANALYZE")
    return Cast(reader, operator, importer, thread, short, nearly_full, unread, doomed)
