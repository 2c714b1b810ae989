"""What an import needs does not grow with the file. The whole gigabyte is bin/bench's; this is a slice of it."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import User
from conversations.models import Conversation
from tests.conversations.importing.test_job import address_of
from tests.generate import export


@pytest.mark.django_db(transaction=True)
def test_an_import_with_a_tree_of_10_000_messages_stays_below_300_megabytes(tmp_path):
    User.objects.create_user("alice@example.org", "x")
    path = tmp_path / "conversations.json"
    with path.open("w") as file:
        file.writelines(export(40, large_every=200))

    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_conversations", str(path), "--owner", "alice@example.org"],
        cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
        env=os.environ
        | {"DATABASE_URL": address_of(connection), "DATA_DIR": str(tmp_path), "SECRET_KEY": "x" * 60}
        | {"DJANGO_SETTINGS_MODULE": "config.settings"},
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)

    assert process.returncode == 0
    assert Conversation.objects.filter(message_count=10_000).exists()
    assert usage.ru_maxrss < 300 * 1024
