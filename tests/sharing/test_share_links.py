"""What a link shows: what was there when it was made, and never what is nobody's business."""

import re
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent
from conversations import paths
from conversations.models import Attachment, Message
from conversations.refusals import Stale
from conversations.uploads import Upload
from projects.refusals import NotTheOwner
from sharing import counting, limits, spelling
from sharing.findings import findings
from sharing.models import ShareLink
from sharing.models.share_link import Changes
from sharing.refusals import NothingToShare, ShareExpired, ShareRevoked, ShareTooLarge, TooMuchAtOnce
from sharing.scopes import Scope

QUESTION = "Which telescope should a beginner buy?"
ANSWER = "A **Dobsonian** of six to eight inches: the most aperture for the money."


def at(conversation, position):
    return conversation.messages.get(position=position)


def test_a_secret_has_two_spellings_and_the_table_has_neither(conversation, share):
    link = share(conversation)
    spelled, slug = spelling.share_id(link.secret), spelling.slug(link.secret)

    assert (len(link.secret), len(slug)) == (16, 22)
    assert spelling.read(spelled) == spelling.read(slug) == link.secret
    assert ShareLink.objects.opened_by(spelled) == ShareLink.objects.opened_by(slug) == link
    assert link.secret not in (bytes(link.digest), link.pk.bytes)
    assert ShareLink.objects.opened_by(link.typeid) is None


@pytest.mark.parametrize(
    "text", ["", "share_", "x", "z" * 22, "0" * 21, "share_8" + "0" * 25, "share_" + "0" * 26, "0" * 22, "\x00" * 22]
)
def test_what_is_no_secret_opens_nothing(db, text):
    assert ShareLink.objects.opened_by(text) is None


def test_with_another_key_a_link_opens_and_its_address_is_not_made_up(conversation, share, settings):
    link = share(conversation)
    spelled = spelling.share_id(link.secret)
    settings.SHARE_KEY = "another"

    assert ShareLink.objects.get().secret is None
    assert ShareLink.objects.opened_by(spelled).secret == link.secret
    assert ShareLink.objects.visible_to(link.owner).named(link.typeid) == link


def test_a_link_shows_what_was_there_when_it_was_made(conversation, alice, share, told):
    at(conversation, 1).edit("Which telescope, in your opinion?", by=alice)
    link = share(conversation)
    conversation.append("user", "And for planets?")
    at(conversation, 1).edit("Which binoculars?", by=alice)
    at(conversation, 1).edit("Which monocle?", by=alice)
    at(conversation, 2).edit("None at all.", by=alice)

    assert told(link) == [("user", "Which telescope, in your opinion?"), ("assistant", ANSWER)]
    assert told(share(conversation))[0] == ("user", "Which monocle?")


def test_a_link_stays_on_its_branch(conversation, share, told):
    link = share(conversation)
    conversation.reply(1, "assistant", "A pair of binoculars.")
    other = conversation.branches.exclude(name="MAIN").get()

    assert told(link)[1] == ("assistant", ANSWER)
    conversation.refresh_from_db()
    assert told(share(conversation))[1] == ("assistant", "A pair of binoculars.")
    assert told(share(conversation, branch=other))[1] == ("assistant", ANSWER)


def test_a_deleted_message_is_gone_from_the_links_that_showed_it(conversation, share, told):
    conversation.append("user", "And for planets?")
    conversation.append("assistant", "A refractor.")
    link = share(conversation)
    at(conversation, 4).remove()
    at(conversation, 1).remove()

    assert told(link) == [("assistant", ANSWER), ("user", "And for planets?")]


def test_a_link_to_one_message_never_moves_to_another(conversation, share):
    link = share(conversation, message=at(conversation, 2))
    at(conversation, 2).remove()

    with pytest.raises(ShareRevoked):
        link.messages()


def test_a_title_that_quotes_a_message_is_deleted_with_it(conversation, share):
    conversation.rename(None)
    link, named = share(conversation), share(conversation, title="Optics")
    assert link.title == QUESTION
    at(conversation, 2).remove()
    assert ShareLink.objects.get(pk=link.pk).title == QUESTION
    at(conversation, 1).remove()

    assert ShareLink.objects.get(pk=link.pk).title == ""
    assert ShareLink.objects.get(pk=named.pk).title == "Optics"


def test_a_title_that_quotes_a_message_follows_it_where_the_link_does(conversation, alice, share):
    conversation.rename(None)
    live, link = share(conversation, is_live=True), share(conversation)
    at(conversation, 1).edit("Which binoculars?", by=alice)
    assert ShareLink.objects.get(pk=live.pk).title == "Which binoculars?"
    assert ShareLink.objects.get(pk=link.pk).title == QUESTION

    link.update_to_now()
    assert ShareLink.objects.get(pk=link.pk).title == "Which binoculars?"
    at(conversation, 1).remove()
    assert ShareLink.objects.get(pk=link.pk).title == ShareLink.objects.get(pk=live.pk).title == ""


def test_with_its_conversation_a_link_ends_and_keeps_none_of_its_words(conversation, share):
    link = share(conversation)
    conversation.delete()
    link.refresh_from_db()

    assert (link.title, link.revoked_at is None) == ("", False)
    with pytest.raises(ShareRevoked):
        link.messages()


def test_one_message_is_shown_alone_or_with_the_question_before_it(conversation, share, told):
    conversation.append("assistant", "Or binoculars.")
    last = at(conversation, 3)

    assert told(share(conversation, message=last)) == [("assistant", "Or binoculars.")]
    with_question = share(conversation, message=last, include_context=True)
    assert told(with_question) == [("user", QUESTION), ("assistant", "Or binoculars.")]
    assert told(share(conversation, message=at(conversation, 1), include_context=True)) == [("user", QUESTION)]


def test_a_range_runs_from_one_message_to_another(conversation, share, told):
    conversation.append_all(
        [{"role": "user", "text": "And for planets?"}, {"role": "assistant", "text": "A refractor."}]
    )
    until = share(conversation, scope=Scope.RANGE, message=at(conversation, 3))
    between = share(conversation, scope=Scope.RANGE, first=at(conversation, 2), message=at(conversation, 3))

    assert told(until) == [("user", QUESTION), ("assistant", ANSWER), ("user", "And for planets?")]
    assert told(between) == [("assistant", ANSWER), ("user", "And for planets?")]


def test_a_live_link_follows_the_active_branch(conversation, alice, share, told):
    link = share(conversation, is_live=True)
    at(conversation, 1).edit("Which binoculars?", by=alice)
    conversation.append("system", "Be brief.")
    conversation.append("user", "And for planets?")
    assert told(link) == [("user", "Which binoculars?"), ("assistant", ANSWER), ("user", "And for planets?")]

    conversation.reply(1, "assistant", "Ten by fifty.")
    assert told(link) == [("user", "Which binoculars?"), ("assistant", "Ten by fifty.")]
    conversation.delete()
    with pytest.raises(ShareRevoked):
        ShareLink.objects.get(pk=link.pk).messages()


def test_a_live_link_may_stand_empty(conversation, share, told):
    link = share(conversation, is_live=True)
    conversation.locked().remove_messages([1, 2])

    assert told(link) == []


def test_an_update_says_first_what_it_changes(conversation, alice, share, told):
    link = share(conversation)
    at(conversation, 1).edit("Which binoculars?", by=alice)
    conversation.append("user", "And for planets?")
    assert link.changes() == Changes(added=1, edited=1, removed=0)
    assert told(link) == [("user", QUESTION), ("assistant", ANSWER)]

    link.update_to_now()
    assert told(link) == [("user", "Which binoculars?"), ("assistant", ANSWER), ("user", "And for planets?")]
    assert link.changes() == Changes(0, 0, 0)
    conversation.reply(1, "assistant", "Ten by fifty.")
    assert ShareLink.objects.get().changes() == Changes(added=1, edited=0, removed=2)


def test_what_it_includes_is_changed_without_showing_what_came_later(conversation, alice, share, told):
    conversation.append("tool", "42")
    link = share(conversation)
    conversation.append("tool", "43")
    at(conversation, 1).edit("Which binoculars?", by=alice)
    link.change(include_tools=True)

    assert told(link) == [("user", QUESTION), ("assistant", ANSWER), ("tool", "42")]


def test_whoever_changes_a_link_does_not_open_it_again(conversation, share):
    """A copy that was read before somebody revoked it, or looked at it."""
    link, older = share(conversation), ShareLink.objects.get()
    counting.view(link.pk)
    link.revoke()
    for change in (lambda: older.change(title="Optics"), older.update_to_now, lambda: older.change(include_tools=True)):
        with pytest.raises(ShareRevoked):
            change()

    link.refresh_from_db()
    assert (link.title, link.view_count, link.works) == ("Choosing a telescope", 1, False)
    conversation.delete()
    with pytest.raises(ShareRevoked):
        ShareLink.objects.get().change(include_tools=True)


def test_what_changes_nothing_leaves_no_line(conversation, share):
    link = share(conversation)
    link.change(title="Choosing a telescope", include_tools=False)

    assert [event.action for event in AuditEvent.objects.order_by("id")] == ["sharelink.create"]


def test_a_draft_shows_what_a_change_would_show_and_changes_nothing(conversation, share):
    conversation.append("tool", "42")
    link = share(conversation)
    conversation.append("user", "And for planets?")

    assert [m.text for m in link.draft(include_tools=True).messages()] == [QUESTION, ANSWER, "42"]
    assert [m.text for m in link.draft(now=True).messages()] == [QUESTION, ANSWER, "And for planets?"]
    assert [m.text for m in ShareLink.objects.get().messages()] == [QUESTION, ANSWER]


def test_what_was_seen_before_somebody_wrote_is_not_published(conversation, share):
    seen = type(conversation).objects.get(pk=conversation.pk).revision
    conversation.append("user", "My password is …")

    with pytest.raises(Stale):
        share(conversation, expected_revision=seen)
    assert not ShareLink.objects.exists()


def test_whoever_was_let_through_before_it_was_handed_over_shares_nothing(conversation, alice, bob, share):
    first, second = share(conversation), share(conversation)
    type(conversation).objects.get(pk=conversation.pk).hand_over(bob, by=alice)

    for act in (partial(share, conversation), first.update_to_now, partial(second.change, include_names=True)):
        with pytest.raises(NotTheOwner):
            act(by=alice)
    assert set(ShareLink.objects.values_list("owner", "include_names")) == {(bob.pk, False)}
    assert ShareLink.objects.count() == 2


def test_a_range_whose_last_message_is_deleted_ends_before_it(conversation, share, told):
    conversation.append_all([{"role": "user", "text": "And for planets?"}, {"role": "tool", "text": "42"}])
    link = share(conversation, scope=Scope.RANGE, message=at(conversation, 3))
    at(conversation, 3).remove()
    link = ShareLink.objects.get(pk=link.pk)
    link.change(include_tools=True)

    assert told(link) == [("user", QUESTION), ("assistant", ANSWER)]


def test_a_password_is_kept_as_a_hash_and_its_token_ends_with_it(conversation, share):
    link = share(conversation, password="aperture fever")
    token = link.unlocking()

    assert "aperture" not in link.password
    assert (link.is_opened_by("aperture fever"), link.is_opened_by("aperture")) == (True, False)
    assert link.unlocked_by(token)
    link.change(password="aperture cure")
    assert not link.unlocked_by(token)
    link.change(password="")
    assert link.password == ""


def test_a_link_is_revoked_once_and_for_all(conversation, share):
    link = share(conversation)

    assert link.revoke() is True
    assert link.revoke() is False
    with pytest.raises(ShareRevoked):
        ShareLink.objects.get(pk=link.pk).messages()


def test_a_link_expires(conversation, share):
    link = share(conversation, expires_at=timezone.now())

    with pytest.raises(ShareExpired):
        link.messages()


# Everything a message may carry that a stranger must not see unless its owner said so, with a word of its own.
HIDDEN = {
    "critic": {"role": "critic", "text": "secretcritic"},
    "instructions": {
        "role": "user",
        "text": "secretprofile",
        "parts": [{"type": "instructions", "text": "secretprofile", "profile": "secretprofile"}],
    },
    "unknown part": {
        "role": "assistant",
        "text": "fine",
        "parts": [{"type": "unknown", "raw": "secretraw"}, {"type": "secretkind", "text": "secrettext"}],
    },
    "keys that nobody foresaw": {
        "role": "assistant",
        "text": "fine",
        "parts": [{"type": "text", "text": "fine", "annotations": ["secretannotation"]}],
    },
    "metadata": {"role": "user", "text": "fine", "metadata": {"where": "secretplace"}, "name": "secretname"},
    "unknown type": {"role": "assistant", "type": "memory", "text": "secretmemory"},
    "parts of the wrong shape": {
        "role": "user",
        "text": "fine",
        "parts": ["secret", {"type": ["secret"]}, {"a": "secret"}],
    },
    "error": {"role": "assistant", "text": "secreterror", "parts": [{"type": "error", "text": "secreterror"}]},
}
ON_REQUEST = {
    "include_system": [
        {"role": "system", "text": "shownqx"},
        {"role": "developer", "text": "shownqx"},
    ],
    "include_reasoning": [
        {"role": "assistant", "text": "shownqx", "parts": [{"type": "reasoning", "text": "shownqx"}]},
        {"role": "assistant", "type": "reasoning", "text": "shownqx"},
        {"role": "assistant", "text": "fine", "parts": [{"type": "reasoning", "summary": "shownqx"}]},
    ],
    "include_tools": [
        {"role": "tool", "text": "shownqx"},
        {"role": "assistant", "text": "shownqx", "parts": [{"type": "tool_call", "name": "sh", "text": "shownqx"}]},
        {"role": "assistant", "type": "tool_call", "text": "", "parts": [{"type": "fields", "arguments": "shownqx"}]},
        {"role": "tool", "type": "tool_call_output", "text": "", "parts": [{"type": "fields", "output": "shownqx"}]},
        {"role": "assistant", "text": "fine", "parts": [{"type": "tool_calls", "tool_calls": [{"id": "shownqx"}]}]},
    ],
    "include_images": [
        {"role": "user", "text": "fine", "parts": [{"type": "image", "alt": "shownqx"}]},
        {"role": "tool", "text": "fine", "parts": [{"type": "image", "alt": "shownqx"}]},
        {"role": "user", "text": "fine", "parts": [{"type": "image", "image": {"url": "https://shownqx.example/"}}]},
        {"role": "user", "text": "fine", "parts": [{"type": "input_image", "image_url": "https://shownqx.example/"}]},
    ],
}  # fmt: skip
EVERYTHING = dict.fromkeys(ON_REQUEST, True)


def words_of(link):
    return repr([(m.text, m.parts) for m in link.messages()])


@pytest.mark.parametrize("message", HIDDEN.values(), ids=HIDDEN)
def test_what_is_never_shown(conversation, share, message):
    conversation.append(**message)

    assert "secret" not in words_of(share(conversation, **EVERYTHING))


@pytest.mark.parametrize(
    ("option", "message"), [(option, message) for option, messages in ON_REQUEST.items() for message in messages]
)
def test_what_is_shown_on_request_only(conversation, share, option, message):
    conversation.append(**message)
    others = EVERYTHING | {option: False}

    assert "shownqx" in words_of(share(conversation, **{option: True}))
    assert "shownqx" not in words_of(share(conversation, **others))
    assert "shownqx" not in words_of(share(conversation))


def test_what_is_hidden_from_its_reader_is_hidden_from_strangers(conversation, share, told):
    Message.objects.filter(conversation=conversation, position=2).update(hidden=True)

    assert told(share(conversation, **EVERYTHING)) == [("user", QUESTION)]


def test_files_are_shown_by_name(conversation, share):
    file = {"type": "file", "name": "plan.pdf", "attachment_id": "att_01k", "external_id": "file-1", "size": 7}
    conversation.append("user", "Look", parts=[file, {"type": "image", "name": "moon.jpg", "attachment_id": "att_01k"}])

    parts = share(conversation).messages()[-1].parts

    assert parts == [{"type": "file", "name": "plan.pdf"}, {"type": "image", "name": "moon.jpg"}]


def test_a_file_that_is_put_beside_its_words_later_is_not_in_it(conversation, alice, share, told, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    link, live = (share(conversation, include_files=True, is_live=live) for live in (False, True))
    (tmp_path / "payroll").write_bytes(b"4,000")
    upload = Upload(None, tmp_path / "payroll", "ab" * 32, name="payroll.csv", size=5)
    file = Attachment.objects.keep(upload, owner=alice, conversation=conversation, message=at(conversation, 1))
    at(conversation, 1).edit("Which binoculars?", by=alice)  # the Revision has the file beside the old words

    assert told(link)[0] == ("user", QUESTION)
    assert (link.messages()[0].parts, link.file(file.pk)) == (None, None)
    assert live.file(file.pk) == file
    link.update_to_now()
    assert ShareLink.objects.get(pk=link.pk).file(file.pk) == file


def test_a_call_that_ends_later_is_not_in_it(conversation, share, told):
    conversation.append("assistant", "", type="function_call", call_id="c1", status="in_progress",
                        parts=[{"type": "fields", "arguments": "1 + 1"}])  # fmt: skip
    early = share(conversation, include_tools=True)
    conversation.messages.get(call_id="c1").settle(status="completed", fields={"output": "2"})
    late = share(conversation, include_tools=True)
    conversation.messages.get(call_id="c1").settle(status="completed", fields={"output": "3"})

    assert (len(told(early)), len(told(late))) == (2, 2)
    assert len(late.positions) == 3


@pytest.mark.parametrize("messages", [[], [{"role": "system", "text": "Be brief."}]])
def test_nothing_is_not_shared(alice, share, messages):
    empty = type(alice).conversations.rel.related_model.objects.start(alice)
    empty.append_all(messages)

    with pytest.raises(NothingToShare):
        share(empty)
    assert not ShareLink.objects.exists()


def test_a_system_message_is_not_shared_alone(conversation, share):
    conversation.append("system", "Be brief.")

    with pytest.raises(NothingToShare):
        share(conversation, message=at(conversation, 3))


def test_too_much_is_not_shared(conversation, share, monkeypatch):
    monkeypatch.setattr(limits, "SNAPSHOT_BYTES", 60)

    with pytest.raises(ShareTooLarge):
        share(conversation)


def test_of_a_live_one_no_more_is_read_at_once_than_a_snapshot_may_be(conversation, share, told, monkeypatch):
    link = share(conversation, is_live=True)
    monkeypatch.setattr(limits, "SNAPSHOT_BYTES", 100)

    with pytest.raises(TooMuchAtOnce):
        link.messages()
    assert [message.text for message in link.messages([2])] == [ANSWER]
    assert findings(link).count == 0  # it looks at each, and keeps none


def test_long_messages_are_read_a_few_at_a_time(conversation, share, monkeypatch, django_assert_num_queries):
    conversation.append_all([{"role": "user", "text": "More"}] * 100)
    link = share(conversation)
    monkeypatch.setattr(paths, "PORTION_BYTES", 100)

    with django_assert_num_queries(1 + 1 + 4):  # how long they are; the two long ones; 26 short ones at a time
        assert len(link.messages()) == 102


def test_a_link_costs_as_much_for_many_messages_as_for_two(conversation, alice, share, django_assert_num_queries):
    conversation.append_all([{"role": "user", "text": "More"}] * 100)
    at(conversation, 5).edit("Less", by=alice)
    link = share(conversation)
    at(conversation, 5).edit("Least", by=alice)

    with django_assert_num_queries(3):  # how long they are, the messages, what they said before
        assert len(link.messages()) == 102


def test_opening_a_link_reads_no_other_messages(conversation, share):
    link = share(conversation)
    with CaptureQueriesContext(connection) as asked:
        link.messages()

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # two rows are read fastest as they lie
        cursor.execute(f"EXPLAIN {asked[0]['sql']}")
        assert re.search(r"Index Cond: \(+conversation_id = ", "".join(line for (line,) in cursor.fetchall()))
