import io
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from conversations import demo, history, reading, rendering
from conversations.models import (
    Attachment,
    Bookmark,
    Branch,
    Conversation,
    Message,
    Note,
    Pin,
    Tag,
    Tagging,
)
from conversations.parts import is_said
from conversations.tree import Tree
from lib.typeid import encode
from projects.models import Project

TABLES = [Attachment, Bookmark, Branch, Conversation, Message, Note, Pin, Project, Tag, Tagging, User]


def load(**options):
    said = io.StringIO()
    call_command("load_demo", stdout=said, **options)
    return said.getvalue()


@pytest.fixture
def mira(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    load(password="a password of the demo")
    return User.objects.with_email(demo.EMAIL)


def rows():
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in TABLES}


def test_it_is_told_once_however_often_it_is_asked_for(mira):
    before = rows()

    said = load(password="another password")

    assert "nothing was changed" in said
    assert rows() == before
    mira.refresh_from_db()
    assert mira.check_password("a password of the demo")


def test_a_deleted_part_comes_back_and_nothing_else_moves(mira):
    Conversation.objects.get(title="Namibia, some day").delete()
    kept = set(Conversation.objects.values_list("pk", flat=True))

    load()

    assert Conversation.objects.count() == len(demo.TOLD)
    assert kept < set(Conversation.objects.values_list("pk", flat=True))


def test_it_goes_to_whoever_is_named_and_takes_their_own_projects_and_tags(alice, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    own = Project.objects.create(owner=alice, workspace=alice.workspace, name="observatory")

    load(owner=alice.email)

    assert Conversation.objects.visible_to(alice, own=True).count() == len(demo.TOLD)
    assert own.conversations.count() > 10
    assert not User.objects.filter(email=demo.EMAIL).exists()


def test_a_stranger_as_owner_is_refused_in_one_sentence(db):
    with pytest.raises(CommandError, match="There is no user nobody"):
        load(owner="nobody@example.org")


def test_without_a_password_nobody_can_sign_in_and_it_says_so(db, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.delenv("PARLEY_DEMO_PASSWORD", raising=False)

    assert "nobody can sign in" in load()
    assert not User.objects.with_email(demo.EMAIL).has_usable_password()


def test_the_password_may_come_from_the_environment_and_is_never_said(db, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setenv("PARLEY_DEMO_PASSWORD", "only between us two")

    said = load()

    assert "only between us two" not in said
    assert User.objects.with_email(demo.EMAIL).check_password("only between us two")


@pytest.mark.parametrize("day", ["2026-11-20T10:15", "2027-01-03T00:04", "2026-06-21T23:58", "2028-02-29T12:00"])
def test_the_history_has_every_date_group_on_any_day(alice, settings, tmp_path, day):
    settings.MEDIA_ROOT = tmp_path
    now = datetime.fromisoformat(day).replace(tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        demo.tell(alice)
        headings = [heading for heading, _ in history.page(alice).groups]

    assert headings[:4] == ["Today", "Yesterday", "Previous 7 days", "Previous 30 days"]
    months = headings[4:]
    assert len(months) >= 8
    assert f"{now.year - 1}" in " ".join(months)


def test_its_times_are_those_of_the_story_and_none_is_in_the_future(mira):
    assert Message.objects.latest("created_at").created_at <= timezone.now()
    for conversation in Conversation.objects.all():
        times = list(conversation.messages.order_by("position").values_list("created_at", flat=True))
        assert times == sorted(times)
        assert conversation.created_at <= times[0]
        assert conversation.updated_at == conversation.last_message_at == times[-1]
        for branch in conversation.branches.all():
            assert conversation.created_at <= branch.created_at <= branch.updated_at <= times[-1]
            if branch.name != Branch.MAIN:
                forked_at = datetime.strptime(branch.name, "MAIN_%Y%m%d%H%M%S").replace(tzinfo=UTC)
                assert conversation.created_at <= forked_at <= times[-1]


def test_its_counters_equal_what_is_stored(mira):
    for conversation in Conversation.objects.all():
        path = Tree(conversation.pk).path(conversation.tip_position)
        messages = conversation.messages.all()
        assert conversation.message_count == messages.count()
        assert conversation.length == len(path)
        spoken = messages.filter(position__in=path, role__in=["user", "assistant"])
        assert conversation.turns == sum(is_said(message.text, message.parts) for message in spoken)
        assert conversation.branch_count == conversation.branches.count()
        assert conversation.attachment_count == conversation.attachments.count()
        assert conversation.tip_position == conversation.active_branch.tip_position


def test_every_message_renders_and_every_formula_is_typeset(mira):
    for message in Message.objects.all():
        html = rendering.render(message)
        assert html.strip(), message
        assert "math-source" not in html, message.text
        assert "$$" not in html
        assert "Traceback" not in html


def test_every_kind_of_content_is_in_it(mira):
    kinds = {part["type"] for message in Message.objects.exclude(parts=None) for part in message.parts}
    assert kinds == {
        "reasoning",
        "tool_call",
        "tool_result",
        "code",
        "image",
        "audio",
        "file",
        "citation",
        "quote",
        "error",
        "instructions",
        "unknown",
    }
    html = "".join(rendering.render(message) for message in Message.objects.all())
    for piece in (
        "<table",
        "task__mark",
        "footnote-ref",
        "<math",
        "attachment--missing",
        "Shell",
        "SQL",
        "JSON",
        "Python",
    ):
        assert piece in html, piece
    assert set(Message.objects.values_list("status", flat=True)) == {"completed", "incomplete", "failed"}
    assert max(len(title) for title in Conversation.objects.values_list("title", flat=True) if title) == 250
    assert Conversation.objects.filter(title=None).count() == 1
    assert Conversation.objects.latest("message_count").message_count == 320


def test_programs_and_their_output_keep_their_lines(mira):
    tools = Message.objects.filter(role="tool")
    assert [tool.text.count("\n") for tool in tools.order_by("created_at")] == [3, 4]


def test_its_files_are_stored_under_their_hash_and_named_in_the_message(mira):
    for attachment in Attachment.objects.all():
        assert attachment.path.stat().st_size == attachment.size
        assert attachment.path.stat().st_mode & 0o777 == 0o600
        assert encode("att", attachment.pk) in [part.get("attachment_id") for part in attachment.message.parts]
    assert Attachment.objects.filter(content_type="image/png").first().path.read_bytes().startswith(b"\x89PNG\r\n")


def test_the_answer_worth_finding_is_on_a_branch_that_was_left(mira):
    found = Message.objects.get(text__contains="vapour barrier", role="assistant")
    conversation = found.conversation

    assert found.position not in Tree(conversation.pk).path(conversation.tip_position)
    assert found.position in reading.around(conversation, found.position).positions


def test_every_thread_of_it_opens(mira, sign_in):
    client = sign_in(mira)
    for conversation in Conversation.objects.all():
        assert client.get(conversation.get_absolute_url()).status_code == 200
