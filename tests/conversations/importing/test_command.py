import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from conversations.importing import job
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
        "  Messages, on all branches: 2 new, 1 left out as empty\n"
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


def test_a_folder_is_read_file_by_file_and_summed_up(run, tmp_path):
    write(tmp_path, simple("one"), name="1.json")
    write(tmp_path, simple("two"), name="2.json")
    (tmp_path / "notes.txt").write_text("not this")
    told = run(tmp_path)

    assert Conversation.objects.count() == 2
    assert "2 files: Imported.\n  Conversations: 2 new\n  Messages, on all branches: 4 new, 2 left out as empty" in told


def test_an_export_without_news_says_so(run, tmp_path):
    path = write(tmp_path, simple())
    run(path)

    assert "conversations.json: Nothing new: everything in it was here already." in run(path)


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


def test_a_mistake_of_ours_is_a_sentence_and_a_closed_import(run, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(job.Import, "_chunks", lambda self, upload: 1 / 0)

    with pytest.raises(CommandError, match="Nothing could be imported"):
        run(write(tmp_path, simple()))
    out, err = capsys.readouterr()
    assert "Parley made a mistake while it read this file." in out
    assert "ZeroDivisionError at job.py:" in out
    assert "Traceback" not in out + err
    assert ImportBatch.objects.get().status == "failed"


def test_a_file_that_may_not_be_read_is_a_sentence(run, tmp_path, monkeypatch):
    path = write(tmp_path, simple())
    monkeypatch.setattr(type(path), "is_file", lambda self: True)  # as it was when it was looked for
    path.unlink()

    with pytest.raises(CommandError, match="could not be read: No such file or directory"):
        run(path)


def test_a_database_that_goes_away_is_a_sentence_and_the_import_goes_on_later(transactional_db, tmp_path, monkeypatch):
    owner = User.objects.create_user("alice@example.org", "x")

    def goes_away(self, chunk):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as patch:
        patch.setattr(job.Import, "_write_conversations", goes_away)
        with pytest.raises(CommandError, match="The database does not answer"):
            call_command("import_conversations", str(write(tmp_path, simple())), "--owner", owner.email)
    connection.close()
    assert ImportBatch.objects.get().status == "running"  # for whoever claims it when its lease has run out
    call_command("import_conversations", str(tmp_path / "conversations.json"), "--owner", owner.email)
    assert Conversation.objects.count() == 1
