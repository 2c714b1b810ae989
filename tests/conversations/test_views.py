import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, User
from conversations import history
from conversations.models import Conversation, Grant, Pin
from projects.models import Role
from sharing.models import ShareLink
from tests.reading import bodies, way


@pytest.fixture
def many(alice):
    """120 conversations, one every six hours back from now."""
    now = timezone.now()
    for n in range(120):
        Conversation.objects.start(alice, title=f"Number {n}", created_at=now - timedelta(hours=6 * n))


def test_the_font_of_formulas_comes_early_where_there_are_some(sign_in, alice):
    for words, is_needed in (("It is $x^2$.", True), ("It is less.", False)):
        conversation = Conversation.objects.start(alice)
        conversation.append("assistant", words)
        html = sign_in(alice).get(conversation.get_absolute_url()).content.decode()
        assert (re.search(r'<link rel="preload" href="[^"]*stix', html) is not None) == is_needed


def test_history_asks_to_sign_in(client):
    response = client.get(reverse("conversations:index"))

    assert response.status_code == 302
    assert reverse("account_login") in response["Location"]


def test_an_empty_history_says_what_will_be_here_and_how(sign_in, charlie):
    html = sign_in(charlie).get(reverse("conversations:index")).content.decode()

    assert "No conversations yet" in html
    for name in ("conversations:imports", "conversations:new", "accounts:new_key", "v1_docs"):
        assert f'href="{reverse(name)}"' in html


def test_history_walks_every_conversation_once_by_its_links(sign_in, alice, many):
    client, titles, url = sign_in(alice), [], reverse("conversations:index")
    while url:
        page = client.get(url).context["page"]
        titles += [row.title for row in page.rows]
        url = f"{reverse('conversations:index')}?after={page.next_cursor}" if page.next_cursor else None

    assert titles == [f"Number {n}" for n in range(120)]


def test_the_history_is_what_the_door_lets_through_of_ones_own(alice, bob, charlie, many, conversation):
    for user in (alice, bob, charlie):
        own = Conversation.objects.visible_to(user, own=True).newest_first()[: history.PAGE]
        assert [row.id for row in history.page(user).rows] == [conversation.typeid for conversation in own]


def test_the_history_walks_its_index_and_seeks_to_the_cursor(alice, many):
    place = history.read_cursor(history.page(alice).next_cursor)
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        history.page(alice, after=history.write_cursor(*place))
        cursor.execute("EXPLAIN " + asked.captured_queries[-1]["sql"])
        plan = [line for (line,) in cursor.fetchall()]

    assert any("Index Scan using history" in line for line in plan)
    assert any("Index Cond" in line and "ROW(" in line and "last_message_at" in line for line in plan)


def test_a_heading_is_not_repeated_where_rows_are_put_below_others(alice, many):
    first = history.page(alice)
    below = history.page(alice, after=first.next_cursor, goes_on=True)
    by_itself = history.page(alice, after=first.next_cursor)

    assert first.groups[-1][0] == by_itself.groups[0][0] != ""
    assert below.groups[0][0] == ""


def test_htmx_gets_the_rows_alone(sign_in, alice, many):
    cursor = history.page(alice).next_cursor
    response = sign_in(alice).get(reverse("conversations:index"), {"after": cursor}, headers={"HX-Request": "true"})

    html = response.content.decode()
    assert html.lstrip().startswith("<ol") or html.lstrip().startswith("<h2")
    assert "<html" not in html
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize(
    "cursor", ["x", "1-conv_x", "99999999999999999999999-conv_01h455vb4pex5vsknk084sn02q", "-", "١-x"]
)
def test_a_made_up_cursor_is_a_clear_400(sign_in, alice, cursor):
    response = sign_in(alice).get(reverse("conversations:index"), {"after": cursor})

    assert response.status_code == 400
    assert "<h1>That request made no sense</h1>" in response.text


def test_a_page_costs_the_same_however_many_there_are(sign_in, alice, many, django_assert_num_queries):
    client = sign_in(alice)
    with django_assert_num_queries(5):  # session and user, the page, months, the sidebar’s two
        client.get(reverse("conversations:index"))


def test_a_row_tells_pin_source_model_count_and_project(alice, project, conversation):
    Conversation.objects.filter(pk=conversation.pk).update(source="chatgpt", model="heron-3")
    Pin.objects.create(user=alice, conversation=conversation)
    project.colour = "teal"
    project.save()

    row = history.page(alice).rows[0]

    assert (row.pinned, row.project, row.colour) == (True, "Observatory", "teal")
    assert (row.origin, row.length) == ("ChatGPT · heron-3", 2)


def test_a_row_is_marked_that_came_from_elsewhere(alice, conversation):
    Conversation.objects.filter(pk=conversation.pk).update(model="heron-3")
    assert '<span class="row__origin">heron-3<' in history.page(alice).html

    Conversation.objects.filter(pk=conversation.pk).update(source="chatgpt")

    assert '<span class="row__origin row__origin--imported">ChatGPT · heron-3<' in history.page(alice).html


def test_what_a_heading_says_its_rows_do_not_repeat():
    now = datetime(2026, 11, 20, 21, 15, tzinfo=UTC)

    def told(**before):
        at = now - timedelta(**before)
        return history.group_of(at, now), history.time_below_heading(at, now)

    assert told(hours=3) == ("Today", "18:15")
    assert told(days=1) == ("Yesterday", "21:15")
    assert told(days=2) == ("Previous 7 days", "18 Nov")
    assert told(days=400) == ("October 2025", "16 Oct")


def test_archived_conversations_leave_the_history(alice, conversation):
    conversation.archive()

    assert history.page(alice).rows == []
    assert [row.id for row in history.page(alice, archived=True).rows] == [conversation.typeid]


def test_a_row_says_that_strangers_can_read_it_while_a_link_of_mine_opens(alice, bob, project, conversation):
    link = ShareLink.objects.share(conversation)
    assert history.page(alice).rows[0].shared
    assert "Shared by a link" in history.page(alice).html
    assert not history.page(bob, project=project).rows[0].shared  # it is nobody else's to know

    ShareLink.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert not history.page(alice).rows[0].shared
    ShareLink.objects.update(expires_at=timezone.now() + timedelta(days=1))
    assert history.page(alice).rows[0].shared
    link.revoke()
    assert not history.page(alice).rows[0].shared
    assert "Shared by a link" not in history.page(alice).html


def test_a_thread_costs_the_same_however_long_it_is(sign_in, alice, django_assert_num_queries):
    conversation = Conversation.objects.start(alice, title="Long")
    for n in range(130):
        conversation.append("user", f"message {n}")
    client = sign_in(alice)
    client.get(conversation.get_absolute_url())  # renders

    # session with its user, conversation, window, other answers, readings, the sidebar’s two; the outline is known
    with django_assert_num_queries(7):
        client.get(conversation.get_absolute_url())


@pytest.mark.django_db(transaction=True)
def test_what_a_page_asks_it_asks_in_as_few_exchanges_as_can_be(sign_in, alice, conversation, exchanges):
    client = sign_in(alice)
    # Who asks, then all that the list shows; a thread asks along who it is.
    for page, count in {reverse("conversations:index"): 2, conversation.get_absolute_url(): 1}.items():
        client.get(page)
        exchanges.clear()
        client.get(page)
        assert len(exchanges) == count


def test_a_permalink_selects_the_branch_and_points_at_the_message(sign_in, alice, conversation):
    old = conversation.messages.get(position=2)
    conversation.reply(1, "assistant", "Binoculars, first.")

    html = sign_in(alice).get(conversation.get_absolute_url(), {"at": old.typeid}).content.decode()

    assert f'class="message message--assistant is-found" id="{old.typeid}"' in html
    assert "Binoculars" not in html
    assert "Another branch, MAIN_" in html
    assert "1 / 2" in html


def test_earlier_and_later_are_links_that_work_without_htmx(sign_in, alice):
    conversation = Conversation.objects.start(alice, title="Long")
    for n in range(1, 131):
        conversation.append("user", f"message {n}.")
    client = sign_in(alice)

    latest = client.get(conversation.get_absolute_url())
    assert bodies(latest)[0].strip() == "<p>message 81.</p>"
    earlier = client.get(way(latest, "Earlier messages"))
    assert len(bodies(earlier)) == 50
    later = client.get(way(earlier, "Later messages"))
    assert bodies(later)[-1].strip() == "<p>message 130.</p>"


@pytest.mark.parametrize(
    "query",
    [
        "at=msg_01h455vb4pex5vsknk084sn02q",
        "at=x",
        "tip=a&before=1",
        "before=99999999999",
        "after=1",
        "tip=1&before=-1",
        "at=%00",
    ],
)
def test_a_place_that_is_not_in_this_conversation_is_404(sign_in, alice, conversation, query):
    assert sign_in(alice).get(f"{conversation.get_absolute_url()}?{query}").status_code == 404


def test_hidden_messages_are_counted_and_shown_on_request(sign_in, alice, conversation):
    conversation.messages.filter(position=1).update(hidden=True)
    client = sign_in(alice)

    html = client.get(conversation.get_absolute_url()).content.decode()
    assert "Show 1 hidden message" in html
    assert "Which telescope" not in html
    assert "Which telescope" in client.get(conversation.get_absolute_url(), {"hidden": "1"}).content.decode()


def test_a_title_full_of_markup_is_shown_as_typed(sign_in, alice, conversation):
    conversation.rename("<script>alert(1)</script>")

    html = sign_in(alice).get(conversation.get_absolute_url()).content.decode()

    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_writing_goes_on_from_the_path_that_was_read(sign_in, alice, conversation):
    response = sign_in(alice).post(
        reverse("conversations:messages", args=[conversation.pk]), {"text": "  Why?\r\nReally ", "tip": "1"}
    )

    assert response.status_code == 303
    newest = conversation.messages.get(position=3)
    assert newest.text == "  Why?\nReally "
    assert newest.parent_position == 1
    assert newest.typeid in response["Location"]


@pytest.mark.parametrize("data", [{"text": " \n "}, {"text": "x", "tip": "77"}, {"text": "x", "tip": "many"}, {}])
def test_a_message_that_cannot_be_added_says_why_and_adds_nothing(sign_in, alice, conversation, data):
    response = sign_in(alice).post(reverse("conversations:messages", args=[conversation.pk]), data)

    assert response.status_code == 422
    assert conversation.messages.count() == 2


def test_readers_may_not_write_and_strangers_find_nothing(sign_in, bob, charlie, conversation):
    for name in ("messages", "edit"):
        url = reverse(f"conversations:{name}", args=[conversation.pk])
        assert sign_in(bob).post(url, {"text": "x", "title": "x"}).status_code == 403
        assert sign_in(charlie).post(url, {"text": "x", "title": "x"}).status_code == 404


def test_an_editor_may_rename_but_not_delete(sign_in, bob, alice, conversation):
    Grant.objects.create(conversation=conversation, user=bob, role=Role.EDITOR)
    client = sign_in(bob)

    assert client.post(reverse("conversations:edit", args=[conversation.pk]), {"title": "New"}).status_code == 303
    assert client.post(reverse("conversations:delete", args=[conversation.pk])).status_code == 403
    conversation.refresh_from_db()
    assert conversation.title == "New"


def test_an_empty_title_takes_the_title_away(sign_in, alice, conversation):
    sign_in(alice).post(reverse("conversations:edit", args=[conversation.pk]), {"title": ""})

    conversation.refresh_from_db()
    assert conversation.title is None


@pytest.mark.parametrize("page", ["conversations:index", "conversations:new"])
def test_what_has_no_title_is_known_beside_a_page_by_what_was_said_last(sign_in, alice, page):
    for text in ("Which telescope?", "An <8-inch> Dobsonian, " + "and " * 40):
        conversation = Conversation.objects.start(alice)
        conversation.append("user", text)
    Conversation.objects.start(alice)

    links = re.findall(
        r'recent__link--untitled" href="[^"]*">([^<]*)<', sign_in(alice).get(reverse(page)).content.decode()
    )

    assert links == ["Untitled", ("An &lt;8-inch&gt; Dobsonian, " + "and " * 40)[:86], "Which telescope?"]


def test_a_title_beyond_the_limit_is_refused_in_the_form(sign_in, alice, conversation):
    response = sign_in(alice).post(reverse("conversations:edit", args=[conversation.pk]), {"title": "x" * 257})

    assert response.status_code == 422
    assert "This has 257 characters; there is room for 256." in response.content.decode()


def test_deleting_asks_first_then_says_what_went_and_leaves_an_audit_line(sign_in, alice, conversation):
    client = sign_in(alice)
    url = reverse("conversations:delete", args=[conversation.pk])

    assert "This is permanent" in client.get(url).content.decode()
    response = client.post(url, follow=True)

    assert "Deleted “Choosing a telescope” with 2 messages." in response.content.decode()
    assert not Conversation.objects.exists()
    event = AuditEvent.objects.get(action="conversation.delete")
    assert event.details["messages"] == 2
    assert "telescope" not in str(event.details)


def test_a_new_conversation_starts_with_its_first_message(sign_in, charlie):
    response = sign_in(charlie).post(reverse("conversations:new"), {"title": "", "text": "Hello"}, follow=True)

    assert Conversation.objects.get(owner=charlie).preview == "Hello"
    assert "Hello" in response.content.decode()


def test_nothing_private_stays_in_a_cache(sign_in, alice, conversation):
    response = sign_in(alice).get(conversation.get_absolute_url())

    assert response["Cache-Control"] == "no-store, private"
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_the_owner_is_told_in_one_line_that_administrators_read_it_and_where_it_says_why(
    sign_in, alice, bob, conversation
):
    root = User.objects.create_superuser("root@example.org", "root's password")
    for days in (0, 1, 2, 31):
        at = timezone.now() - timedelta(days=days)
        with time_machine.travel(at, tick=False):
            AuditEvent.record("conversation.read", actor=root, target=conversation, reason="Support request 4711")

    html = sign_in(alice).get(conversation.get_absolute_url()).content.decode()
    assert html.count("administrator") == 1
    assert "and 2 times before within a month" in html
    assert f'href="{reverse("accounts:activity")}"' in html
    assert "administrator" not in sign_in(bob).get(conversation.get_absolute_url()).content.decode()
    assert "Support request 4711" in sign_in(alice).get(reverse("accounts:activity")).content.decode()


def test_an_answer_that_was_cut_off_says_so(sign_in, alice, conversation):
    conversation.messages.filter(position=2).update(status="incomplete")

    assert "cut off" in sign_in(alice).get(conversation.get_absolute_url()).content.decode()


def test_a_conversation_found_by_name_and_by_words_is_listed_once(sign_in, alice, conversation):
    html = sign_in(alice).get(reverse("conversations:search"), {"q": "telescope"}).content.decode()

    assert html.count('class="result"') == 1
    assert "Which <mark>telescope</mark>" in html


def test_a_made_up_search_cursor_is_a_clear_400(sign_in, alice):
    assert sign_in(alice).get(reverse("conversations:search"), {"q": "x", "cursor": "zzz"}).status_code == 400


def test_the_filter_finds_titles_by_the_beginnings_of_their_words(sign_in, alice, many):
    Conversation.objects.start(alice, title="Ein Brief über Łódź", created_at=timezone.now())
    client = sign_in(alice)

    def titles(text):
        page = client.get(reverse("conversations:index"), {"title": text}).context["page"]
        return [row.title for row in page.rows]

    assert titles("lod bri") == titles("lod br") == ["Ein Brief über Łódź"]
    assert titles("lod b") == titles("lo") == titles("ł") == ["Ein Brief über Łódź"]
    assert len(titles("numb")) == 50
    assert titles("zebra") == titles("lod x") == []
    assert "Search the messages" in client.get(reverse("conversations:index"), {"title": "zebra"}).content.decode()


def test_what_is_gone_since_the_page_was_opened_is_told_in_our_words(sign_in, alice, conversation):
    client, path, gone = sign_in(alice), conversation.get_absolute_url(), "0199a000-0000-7000-8000-000000000000"
    told = {
        "project/": ({"project": gone}, "That project is gone."),
        "branches/new/": ({"name": "try", "parent": gone}, "That branch is gone."),
        "people/": ({"email": "nobody", "role": "viewer"}, "Nobody in your workspace has this e-mail address."),
    }
    for place, (given, words) in told.items():
        response = client.post(path + place, given)
        assert (response.status_code, words in response.content.decode()) == (422, True), place


@pytest.mark.parametrize("path", ["conversations:index", "sharing:index"])
@pytest.mark.parametrize(("query", "left"), [("?title=", ""), ("?archived=&title=", "?archived=")])
def test_a_filter_that_was_cleared_leaves_the_address(sign_in, alice, path, query, left):
    response = sign_in(alice).get(reverse(path) + query)

    assert (response.status_code, response["Location"]) == (302, reverse(path) + left)


@pytest.mark.parametrize("text", ["-", "-x", '"', "\x00", "a" * 5_000, "OR", "%", "'; --", "* *", "🙂"])
def test_no_filter_breaks_the_page(sign_in, alice, many, text):
    assert sign_in(alice).get(reverse("conversations:index"), {"title": text}).status_code == 200


def test_the_months_lead_to_where_each_begins(sign_in, alice):
    for year, month, day in [(2026, 1, 31), (2025, 12, 31), (2025, 12, 1), (2024, 2, 29)]:
        at = datetime(year, month, day, tzinfo=UTC)
        Conversation.objects.start(alice, title=f"{year}-{month}-{day}", created_at=at)
    client = sign_in(alice)

    html = client.get(reverse("conversations:index")).content.decode()

    assert re.findall(r'rail__title">(\d+)', html) == ["2026", "2025", "2024"]
    months = re.findall(r'<li><a href="([^"]+)">(\w+)</a>', html)
    assert [name for _, name in months] == ["January", "December", "February"]
    december = client.get(reverse("conversations:index") + months[1][0]).context["page"]
    assert [row.title for row in december.rows] == ["2025-12-31", "2025-12-1", "2024-2-29"]
    assert december.groups[0][0] == "December 2025"


def test_the_address_that_a_message_was_sent_to_leads_back_to_the_conversation(sign_in, alice, charlie, conversation):
    url = reverse("conversations:messages", args=[conversation.pk])

    assert sign_in(alice).get(url)["Location"] == conversation.get_absolute_url()
    assert sign_in(charlie).get(url).status_code == 404


def test_a_cookie_that_a_stranger_made_up_signs_nobody_in_and_breaks_nothing(client):
    for made_up in ("\x00abcdefghijklmnop", "x" * 3_000, "é" * 32, "../../etc/passwd"):
        client.cookies["session"] = made_up
        assert client.get(reverse("conversations:index")).status_code == 302


def test_a_cursor_from_before_all_calendars_is_refused(sign_in, alice):
    cursor = "-62135596800000000-conv_01h455vb4pex5vsknk084sn02q"
    assert sign_in(alice).get(reverse("conversations:index"), {"after": cursor}).status_code == 400
