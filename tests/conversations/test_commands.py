import json
import stat
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent
from conversations.models import Conversation


def export(*arguments):
    """What it says to people."""
    err = StringIO()
    call_command("export_conversations", *arguments, stderr=err)
    return err.getvalue()


def messages_in(path):
    return [line["text"] for line in map(json.loads, path.read_text().splitlines()) if line["type"] == "message"]


@pytest.fixture
def private(charlie):
    conversation = Conversation.objects.start(charlie, title="Private")
    conversation.append("user", "a planted word")
    return conversation


def test_one_owner_is_exported_and_nobody_else(conversation, private, tmp_path):
    file = tmp_path / "alice.jsonl"

    assert export("--owner", "Alice@example.org", "--output", str(file)) == "1 conversations, 2 messages.\n"

    assert len(messages_in(file)) == 2
    assert "planted" not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_everything_is_exported_and_written_down_for_each_owner(conversation, private, tmp_path):
    export("--all", "--output", str(tmp_path / "all.jsonl"))

    assert "a planted word" in messages_in(tmp_path / "all.jsonl")
    targets = AuditEvent.objects.filter(action="conversations.export", actor_id=None).values_list(
        "target_id", flat=True
    )
    assert set(targets) == {conversation.owner_id, private.owner_id}


def test_a_dash_is_standard_output(conversation, capfdbinary):
    export("--all", "--output", "-")

    assert json.loads(capfdbinary.readouterr().out.splitlines()[-1])["conversations"] == 1


def test_an_old_export_stands_until_the_new_one_is_complete(conversation, tmp_path, monkeypatch):
    file = tmp_path / "alice.jsonl"
    file.write_text("the old one")

    def break_off(self):
        yield b"half"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("conversations.exporting.Export.chunks", break_off)
    with pytest.raises(CommandError, match="No space left on device"):
        export("--all", "--output", str(file))

    assert [path.read_text() for path in tmp_path.iterdir()] == ["the old one"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--owner", "nobody@example.org", "--output", "-"], "There is no user nobody@example.org."),
        (["--all", "--format", "csv", "--output", "-"], "Unknown format 'csv'"),
        (["--all"], "--output"),
        (["--output", "-"], "--owner --all"),
        (["--all", "--owner", "alice@example.org", "--output", "-"], "not allowed"),
        (["--all", "--output", "/nowhere/at/all.jsonl"], "/nowhere/at/all.jsonl cannot be written"),
        (["--all", "--output", "/"], "is a directory"),
    ],
)
def test_wrong_input_is_answered_with_a_sentence(arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        export(*arguments)
