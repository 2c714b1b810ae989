import json

import pytest

from conversations.importing import Import
from conversations.models import ImportBatch
from tests.conversations.importing import exports


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, settings):
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "data" / "files"


@pytest.fixture
def importing(alice, tmp_path):
    """importing(chat, …) or importing(path) runs a whole import for Alice and returns its batch."""

    def run(*chats, owner=alice, **options):
        path = chats[0] if not isinstance(chats[0], dict) else exports.write(tmp_path, *chats)
        batch = ImportBatch.objects.start(owner, path)
        Import(batch, **options).run()
        batch.refresh_from_db()
        return batch

    return run


@pytest.fixture
def importing_text(importing, tmp_path):
    """The same for the bytes or the text of a file."""

    def run(content, name="upload.json"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return importing(path)

    return run


def reasons(batch):
    return [line.reason for line in batch.lines.all()]


def dumps(*values):
    return "\n".join(json.dumps(value) for value in values)
