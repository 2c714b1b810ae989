import json

import pytest
from django.core.management import CommandError, call_command

from conversations.models import Conversation, ImportBatch
from tests.conversations.importing.exports import simple, write


@pytest.fixture
def run(alice, capsys):
    def command(*arguments):
        call_command("import_conversations", *map(str, arguments), "--owner", alice.email)
        return capsys.readouterr().out

    return command


def test_the_report_in_words(run, tmp_path):
    path = write(tmp_path, simple(), {"id": "x", "create_time": 1, "title": "Folder"})

    assert run(path) == (
        "conversations.json: Imported.\n"
        "  Conversations: 1 new, 1 skipped\n"
        "  Messages: 2 new, 1 empty records left out\n"
        "  Attachments: none\n"
        "  Skipped: record 2, Folder (x): There are no messages in it: “mapping” is missing.\n"
    )
    assert path.exists()


def test_the_report_as_json(run, tmp_path):
    [report] = json.loads(run(write(tmp_path, simple()), "--json"))

    assert report["counts"]["conversations"] == {"new": 1, "changed": 0, "identical": 0, "skipped": 0}
    assert report["status"] == "done"


def test_a_dry_run_counts_as_the_real_one_and_changes_nothing(run, tmp_path, settings):
    twice = [write(tmp_path, simple(), simple("other")), write(tmp_path, simple(), name="again.json")]
    rehearsed = json.loads(run(*twice, "--dry-run", "--json"))

    assert not Conversation.objects.exists()
    assert not ImportBatch.objects.exists()
    real = json.loads(run(*twice, "--json"))
    assert [each["counts"] for each in rehearsed] == [each["counts"] for each in real]


def test_a_folder_is_read_file_by_file(run, tmp_path):
    write(tmp_path, simple("one"), name="1.json")
    write(tmp_path, simple("two"), name="2.json")
    (tmp_path / "notes.txt").write_text("not this")
    run(tmp_path)

    assert Conversation.objects.count() == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["gone.json"], "There is no file gone.json."), ([".", "--format", "x"], "invalid choice")],
)
def test_wrong_words_get_a_sentence(arguments, sentence, run):
    with pytest.raises(CommandError, match=sentence) as refused:
        run(*arguments)
    assert refused.value.returncode == 1


def test_an_unknown_owner_gets_a_sentence(db, tmp_path):
    with pytest.raises(CommandError, match="There is no user nobody"):
        call_command("import_conversations", str(write(tmp_path, simple())), "--owner", "nobody@example.org")


def test_a_file_that_cannot_be_read_is_exit_code_1(run, tmp_path, capsys):
    path = tmp_path / "page.html"
    path.write_text("<html>")

    with pytest.raises(CommandError, match="Nothing could be imported"):
        run(path)
    assert "Choose conversations.json" in capsys.readouterr().out
