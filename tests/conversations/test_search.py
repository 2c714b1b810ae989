"""Through Message.objects.search, against PostgreSQL: what is found, by whom, in which order, and where it leads."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import User
from conversations.models import Branch, Conversation, Grant, Message
from conversations.search import BEST, COUNTED, SNIPPETS, BadCursorError, snippets
from lib.marks import START, STOP
from projects.models import ProjectMember

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def say(alice):
    """say("text", …) → the ids of messages in a new conversation of Alice's, one minute apart."""

    def say(*texts, owner=alice, title="Talk", at=NOON, role="user", **fields):
        conversation = Conversation.objects.start(owner, title=title, created_at=at, **fields)
        return [
            conversation.append(role, text, created_at=at + timedelta(minutes=minute))
            for minute, text in enumerate(texts)
        ]

    return say


def found(user, text, **options):
    return [hit.id for hit in Message.objects.search(text, user, **options).hits]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("The quick brown fox", "quick"),
        ("The quick brown fox", "FOX the"),
        ("The Who played live", "The Who"),
        ("The Who played live", '"the who"'),
        ("Zażółć w Łodzi, naïve café", "lodzi cafe"),
        ("in der Straße", "STRASSE"),
        ("Приехал в Москву на ёлку", "москву елку"),
        ("今日は天気が良いので散歩に行きましょう", "天気"),
        ("今日は天気が良いので散歩に行きましょう", '"散歩に"'),
        ("天\n気、と「天-気」", '"天気と天気"'),
        ("半角ｶﾀｶﾅです", "カタカナ"),
        ("オフか\u3099く", "がく"),
        ("오늘 날씨가 좋습니다", "날씨"),
        ("\u1102\u1161\u11af\u110a\u1175", "날씨"),
        ("ส่งข้อความ", "ข้อความ"),
        ("written in C++ and C#, some F#", "c++"),
        ("written in C++ and C#, some F#", '"c# some"'),
        ("call getUserById(42)", "getuserbyid"),
        ("call getUserById(42)", "getUser*"),
        ("the column user_id here", "user_id"),
        ("the column user_id here", "user"),
        ("see https://example.org/a/b.html?x=1#top", "example.org/a/b.html"),
        ("mail bob@example.org about it", "example"),
        ("<div class='wide'>inside a tag</div>", "wide"),
        ("<div class='wide'>inside a tag</div>", "inside"),
        ("open /usr/local/lib/thing.so.1", "/usr/local/lib"),
        ("pi is 3.14159, more or less", "3.14159"),
        ("it costs 1,000 euros", '"1,000 euros"'),
        ("don’t stop", "don't"),
        ("line one\nline two", '"one line"'),
        ("a launch 🚀 today", "🚀"),
        ("ﬁne print", "fine"),
        ("half\u00adway", "halfway"),
        ("apples and pears", "apples OR plums"),
        ("apples and pears", "pears -plums"),
        ("apples and pears", 'apples -"pears and"'),
        ("apples and pears", "“apples and”"),
        ("apples and pears", 'plums OR "and pears"'),
        ("x" * 5000 + " after a long word", "after"),
        ("o0000 m0000 :* & | !", "m0000"),
    ],
)
def test_it_is_found(alice, say, text, query):
    message, _ = say(text, "something else altogether")

    results = Message.objects.search(query, alice)

    assert [hit.id for hit in results.hits] == [message]
    assert not results.fallback
    assert results.hits_total == 1


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("brown quick", '"quick brown"'),
        ("the theatre", '"the the"'),
        ("written in C", "C++"),
        ("apples and pears", "apples -pears"),
        ("apples and pears", 'apples -"and pears"'),
        ("naïve café au lait", '"cafe lait"'),
        ("良天の気", "天気"),
        ("天1気、天a気", "天気"),
        ("unbelievable", '"believable"'),
    ],
)
def test_it_is_not_found(alice, say, text, query):
    say(text)

    assert found(alice, query) == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "\x00",
        "\ud800",
        "'",
        '"',
        '""',
        "\\",
        "& | ! <-> :* ( )",
        "' o' | ' c'",
        "*",
        "-",
        "--",
        "OR",
        "OR OR",
        "-a",
        "a OR",
        "%s %(x)s {0}",
        "a" * 100_000,
        "word " * 2_000,
        '"' + "word " * 500,
        "ab*",
        "\u0301\u0301",
        "ﷺ" * 900,
        "日" * 900,
        "-" * 900,
        "9" * 300,
        "NULL; DROP TABLE conversations_message --",
    ],
)
@pytest.mark.parametrize("order", ["newest", "best", "nonsense"])
def test_any_text_gives_results_or_a_sentence(alice, say, query, order):
    say("the only message")

    results = Message.objects.search(query, alice, order=order)

    assert results.hits == []
    assert results.hits_total in (0, None)


def test_what_is_left_out_is_said(alice):
    assert "leave out" in Message.objects.search("-word", alice).notice
    assert "Nothing to look for" in Message.objects.search("?!", alice).notice
    assert "first 24 words" in Message.objects.search("a " * 30, alice).notice
    assert "first 1,000 characters" in Message.objects.search("a" * 2_000, alice).notice
    assert "3 letters" in Message.objects.search("ab*", alice).notice
    assert Message.objects.search("", alice).notice == ""


def test_words_nobody_wrote_are_taken_for_beginnings(alice, say):
    (message,) = say("two telescopes")

    results = Message.objects.search("telescop", alice)

    assert [hit.id for hit in results.hits] == [message]
    assert results.fallback
    assert results.hits[0].snippet == f"two {START}telescopes{STOP}"


def test_beginnings_go_on_over_pages(alice, say):
    messages = say(*[f"telescope{number}" for number in range(5)])

    first = Message.objects.search("telesc", alice, limit=2, per_conversation=None)
    second = Message.objects.search("telesc", alice, limit=2, per_conversation=None, cursor=first.next_cursor)

    assert [hit.id for hit in first.hits + second.hits] == messages[:0:-1]
    assert second.fallback


def test_strangers_find_nothing(alice, bob, charlie, say):
    say("a secret")

    assert found(bob, "secret") == []
    assert found(charlie, "secret") == []


def test_what_is_shared_is_found_by_those_it_is_shared_with(alice, bob, charlie, say, project):
    (granted,) = say("a secret by grant")
    (projected,) = say("a secret by project", project=project, at=NOON + timedelta(days=1))
    say("a secret of nobody else")
    (own,) = say("a secret of Bob's", owner=bob, at=NOON - timedelta(days=400))
    Grant.objects.create(conversation=Message.objects.get(pk=granted).conversation, user=bob)

    assert found(bob, "secret") == [projected, granted, own]
    assert found(charlie, "secret") == []

    ProjectMember.objects.all().delete()
    Grant.objects.all().delete()
    assert found(bob, "secret") == [own]


def test_many_shared_conversations_are_searched_by_their_owners(alice, bob, say, project, monkeypatch):
    monkeypatch.setattr("conversations.search.reach.SHARED_TOKENS", 1)
    shared = [say(f"a secret {n}", project=project, at=NOON + timedelta(days=40 * n))[0] for n in range(3)]
    say("a secret of nobody else")

    assert found(bob, "secret") == shared[::-1]


def test_a_grant_does_not_cross_workspaces(alice, charlie, say):
    (message,) = say("a secret")
    Grant.objects.create(conversation=Message.objects.get(pk=message).conversation, user=charlie)

    assert found(charlie, "secret") == []


def test_text_cannot_pass_for_a_token(alice, charlie, say):
    token = f"' o{charlie.pk}'  o{charlie.pk} o{charlie.pk}"
    say(f"{token} secret")

    assert found(charlie, "secret") == []


def test_a_queryset_narrows_what_is_found(alice, say):
    (question,) = say("about bicycles")
    say("about bicycles", role="assistant")

    results = Message.objects.filter(role="user").search("bicycles", alice)

    assert [hit.id for hit in results.hits] == [question]
    assert results.hits_total == 1


def test_a_queryset_may_reach_into_other_tables_or_be_empty(alice, say):
    (here,) = say("about bicycles", title="Here")
    say("about bicycles", title="There")

    by_title = Message.objects.filter(conversation__title="Here") | Message.objects.filter(conversation__title="None")

    assert [hit.id for hit in by_title.search("bicycles", alice).hits] == [here]
    assert Message.objects.filter(pk__in=[]).search("bicycles", alice).hits == []


def test_bulk_is_kept_out(alice, say):
    message, _ = say("a fetched page", "a said word")
    Message.objects.filter(pk=message).update(searchable=False)

    assert found(alice, "fetched") == []


@pytest.mark.parametrize("text", ["needle", "need*", '"a needle"'])
def test_pages_follow_each_other_in_exact_order_of_time(alice, say, text):
    midnight = NOON.replace(hour=0)
    dates = [NOON - timedelta(days=days) for days in (0, 0, 1, 2, 9, 10, 11, 20, 41, 95, 500, 5000, -4000)]
    dates += [midnight - timedelta(days=days, seconds=1) for days in (0, 1, 9, 30)]
    dates += [datetime(1999, 12, 31, tzinfo=UTC), datetime(2, 1, 1, tzinfo=UTC)]
    rows = sorted(((at, say("a needle", at=at)[0]) for at in dates * 2), reverse=True)

    pages, cursor = [], ""
    while True:
        page = Message.objects.search(text, alice, limit=5, cursor=cursor)
        pages += [hit.id for hit in page.hits]
        cursor = page.next_cursor
        if not cursor:
            break

    assert pages == [pk for _, pk in rows]
    assert page.hits_total == len(rows)


@pytest.mark.parametrize(
    "cursor", ["x", "w", "w1.2", "wé", "w-" + "9" * 17 + "." + "0" * 32, "w0000", "\x00", "p" * 999]
)
def test_a_made_up_cursor_is_refused(alice, cursor):
    with pytest.raises(BadCursorError):
        Message.objects.search("word", alice, cursor=cursor)


@pytest.mark.parametrize("moment", [-(10**16), -1, 0, 10**17 - 1])
def test_a_cursor_at_an_impossible_time_is_a_page_like_any_other(alice, say, moment):
    say("needle")

    assert len(found(alice, "needle", cursor=f"w{moment}.{'0' * 32}")) == (moment > 10**16)


def test_somebody_whose_messages_are_very_old_finds_them(alice, say):
    messages = [say("needle", at=datetime(year, 1, 1, tzinfo=UTC))[0] for year in (3, 1)]
    Conversation.objects.filter(last_message_at__year__gt=2000).delete()

    assert found(alice, "needle") == messages
    cursor = Message.objects.search("needle", alice, limit=1).next_cursor
    assert found(alice, "needle", cursor=cursor) == messages[1:]
    assert found(alice, "needle", cursor=f"w-{62130 * 10**12}.{'0' * 32}") == messages[1:]


def test_one_conversation_does_not_fill_the_page(alice, say):
    chatty = say(*["needle"] * 50)
    (other,) = say("needle", at=NOON - timedelta(days=1))

    results = Message.objects.search("needle", alice)

    assert [len(group.hits) for group in results.groups] == [SNIPPETS, 1]
    assert results.groups[0].more == 50 - SNIPPETS
    assert [hit.id for hit in results.groups[0].hits] == chatty[: -SNIPPETS - 1 : -1]
    assert results.groups[1].hits[0].id == other
    assert results.hits_total == 51
    assert not results.next_cursor


def test_the_total_stops_where_nobody_reads_on(alice):
    conversation = Conversation.objects.start(alice)
    Message.objects.bulk_create(
        Message(
            conversation=conversation,
            workspace_id=alice.workspace_id,
            owner=alice,
            position=position,
            role="user",
            text="needle",
        )
        for position in range(1, COUNTED + 20)
    )

    assert Message.objects.search("needle", alice).total_label == "200+"


def test_best_prefers_what_is_about_it(alice, say):
    (passing,) = say("word " * 300 + "telescope", role="assistant")
    (asked,) = say("Which telescope? A good telescope", at=NOON - timedelta(days=300))
    (titled,) = say("the telescope", title="Telescope notes", at=NOON - timedelta(days=600))

    results = Message.objects.search("telescope", alice, order=BEST)

    assert [hit.id for hit in results.hits] == [titled, asked, passing]
    assert [str(group.conversation) for group in results.titles] == ["Telescope notes"]


def test_best_has_pages_too(alice, say):
    messages = {pk for n in range(7) for pk in say("needle", at=NOON - timedelta(days=n))}

    first = Message.objects.search("needle", alice, order=BEST, limit=4)
    second = Message.objects.search("needle", alice, order=BEST, limit=4, cursor=first.next_cursor)

    assert {hit.id for hit in first.hits + second.hits} == messages
    assert not second.next_cursor


def test_titles_are_found_and_marked(alice, bob, say):
    say("hello", title="Planning a garden")

    results = Message.objects.search('"a garden"', alice)

    assert [group.title for group in results.titles] == [f"Planning {START}a{STOP} {START}garden{STOP}"]
    assert not results.hits
    assert not results.fallback
    assert Message.objects.search("garden", bob).titles == []


def test_a_renamed_conversation_is_found_by_its_new_name(alice, say):
    say("hello", title="Old name")
    Conversation.objects.get().rename("New title")

    assert Message.objects.search("old", alice).titles == []
    assert len(Message.objects.search("new", alice).titles) == 1


def test_hits_know_whether_the_active_branch_shows_them(alice):
    conversation = Conversation.objects.start(alice)
    conversation.append("user", "needle one")
    conversation.append("assistant", "needle two")
    message = conversation.messages.get(position=2)
    Message.objects.create(
        conversation=conversation,
        workspace_id=alice.workspace_id,
        owner=alice,
        position=3,
        parent_position=1,
        role="assistant",
        text="needle three",
    )
    Branch.objects.create(conversation=conversation, name="other", tip_position=2)
    Branch.objects.filter(conversation=conversation, name="MAIN").update(tip_position=3)
    Conversation.objects.update(tip_position=3, next_position=4, message_count=3, length=2)

    hits = Message.objects.search("needle", alice).hits

    assert {hit.position: hit.on_active_branch for hit in hits} == {1: True, 2: False, 3: True}
    assert message.pk in {hit.id for hit in hits}


def test_snippets_are_cut_around_the_word_however_far_in(alice, say):
    say("filler " * 12_000 + "the needle is here " + "filler " * 60_000)

    (hit,) = Message.objects.search("needle", alice).hits

    assert f"the {START}needle{STOP} is here" in hit.snippet
    assert len(hit.snippet) < 300


def test_snippets_find_a_word_spelled_with_accents_far_in(alice, say):
    say("filler " * 9_000 + "the café is here " + "filler " * 9_000)

    (hit,) = Message.objects.search("cafe", alice).hits

    assert f"{START}café{STOP}" in hit.snippet


def test_a_long_message_that_is_deleted_while_its_snippet_is_cut_leaves_an_answer(alice, say, monkeypatch):
    [pk] = say("filler " * 9_000 + "the café is here " + "filler " * 9_000)
    fetch = snippets.fetch
    monkeypatch.setattr(snippets, "fetch", lambda *args: Message.objects.get(pk=pk).remove() or fetch(*args))

    (hit,) = Message.objects.search("cafe", alice).hits

    assert START not in hit.snippet


def test_snippets_show_the_phrase_not_its_words_elsewhere(alice, say):
    say("the start. " + "filler " * 100 + "here The Who played")

    (hit,) = Message.objects.search('"the who"', alice).hits

    assert f"{START}The{STOP} {START}Who{STOP} played" in hit.snippet


def test_an_edited_message_is_found_by_what_it_says_now(alice, say):
    (message,) = say("before")
    Message.objects.filter(pk=message).update(text="after")

    assert found(alice, "before") == []
    assert found(alice, "after") == [message]


def test_a_deleted_conversation_is_not_found(alice, say):
    say("needle", title="needle")
    Conversation.objects.all().delete()

    results = Message.objects.search("needle", alice)

    assert (results.hits, results.titles) == ([], [])


def test_texts_too_long_or_too_rich_for_an_index_are_stored(alice, say):
    say(" ".join(f"word{n}" for n in range(150_000)), "ﷺ " * 50_000, "+" * 100_000, "龘" * 100_000, "é" * 999_000)

    assert len(found(alice, "word7777")) == 1
    assert found(alice, "word149999") == []


def test_finding_in_a_conversation_gives_every_match_in_reading_order(alice, say):
    first, _, third = say("a needle", "hay", "Needle again")
    say("needle in another stack")
    conversation = Message.objects.get(pk=first).conversation

    matches = Message.objects.search_in(conversation, "needle")

    assert matches.found == [(1, first), (3, third)]
    assert matches.marks == ["needle"]
    assert Message.objects.search_in(conversation, "need").found == matches.found
    assert Message.objects.search_in(conversation, "absent").found == []
    assert Message.objects.search_in(conversation, "-x").notice


SLOW = "pg_sleep(5)::text <> 'never'"


def test_what_takes_too_long_is_stopped_and_said(alice, say, monkeypatch):
    monkeypatch.setattr("conversations.search.finding.SECONDS", 0.2)
    first, _ = say("a needle", "another needle")
    conversation = Message.objects.get(pk=first).conversation
    slow = Message.objects.extra(where=[SLOW])

    results, matches = slow.search("needle", alice), slow.search_in(conversation, "needle")

    assert (results.hits, results.hits_total, results.next_cursor) == ([], None, "")
    assert "took too long" in results.notice
    assert (matches.found, "took too long" in matches.notice) == ([], True)
    assert Message.objects.count() == 2


# As if the time was up there, however quick the machine is.
ENDED = f"pg_cancel_backend(pg_backend_pid()) AND {SLOW}"


def test_what_was_found_before_the_time_was_up_is_shown(alice, say):
    (old,) = say("a needle", at=datetime(2009, 1, 1, tzinfo=UTC))
    (new,) = say("a needle", at=NOON + timedelta(days=200))
    ended = Message.objects.extra(where=[f"CASE WHEN created_at < '2010-01-01' THEN {ENDED} ELSE true END"])

    results = ended.search('"a needle"', alice)

    assert [hit.id for hit in results.hits] == [new]
    assert results.hits[0].snippet
    assert "took too long" in results.notice
    assert found(alice, '"a needle"', cursor=results.next_cursor) == [old]


@pytest.mark.django_db(transaction=True)
def test_a_search_leaves_the_connection_as_it_was(alice, say):
    say("needle")

    def settings():
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, setting FROM pg_settings WHERE name ~ 'statement_timeout|parallel'")
            return cursor.fetchall()

    before = settings()
    assert len(found(alice, "needle")) == 1
    assert settings() == before


def test_somebody_new_finds_nothing_without_an_error(db):
    nobody = User.objects.create_user("new@example.org", "a new password")

    assert found(nobody, "anything") == []
