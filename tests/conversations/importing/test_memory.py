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

# The process says it itself: what the kernel keeps for its parent counts the parent's own memory in, from before exec.
PEAK = """
import pathlib, re, sys
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
print(re.search(r"VmHWM:\\s+([0-9]+) kB", pathlib.Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.django_db(transaction=True)
def test_an_import_with_a_tree_of_10_000_messages_stays_below_300_megabytes(tmp_path):
    User.objects.create_user("alice@example.org", "x")
    path = tmp_path / "conversations.json"
    with path.open("w") as file:
        file.writelines(export(40, large_every=200))

    process = subprocess.run(
        [sys.executable, "-c", PEAK, "import_conversations", str(path), "--owner", "alice@example.org"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ
        | {"DATABASE_URL": address_of(connection), "DATA_DIR": str(tmp_path), "SECRET_KEY": "x" * 60}
        | {"DJANGO_SETTINGS_MODULE": "config.settings"},
    )

    assert Conversation.objects.filter(message_count=10_000).exists()
    assert int(process.stdout.split()[-1]) < 300 * 1024
