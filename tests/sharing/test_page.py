"""The page behind a link, as a stranger's browser gets it."""

import re

import pytest
from django.test import Client

from conversations.models import Attachment
from lib.typeid import new_id
from sharing import limits, opening, pages
from sharing.middleware import UNLISTED
from sharing.models import ShareLink
from tests.sharing.conftest import PNG


@pytest.fixture
def open_(client):
    def open_(link, query="", **headers):
        return client.get(link.path + query, headers=headers)

    return open_


def test_a_stranger_reads_it_rendered(open_, conversation, share):
    html = open_(share(conversation)).content.decode()

    assert ">Choosing a telescope</h1>" in html
    assert "<strong>Dobsonian</strong>" in html
    assert "Alice" not in html


def test_the_font_of_formulas_comes_early_where_there_are_some(open_, conversation, share):
    assert "stix" not in open_(share(conversation)).content.decode()
    conversation.append("assistant", "It is $x^2$.")
    html = open_(share(conversation)).content.decode()
    assert re.search(r'<link rel="preload" href="[^"]*stix', html)


def test_the_page_keeps_nothing_tells_nobody_and_runs_nothing(open_, conversation, share, sign_in, alice):
    link = share(conversation)
    for answer in (open_(link), sign_in(alice).get(link.path), Client().get("/conversations/share/nothing")):
        html = answer.content.decode()
        assert not answer.cookies
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert '<meta name="robots" content="noindex, nofollow, noarchive">' in html
        assert '<meta name="referrer" content="no-referrer">' in html
        assert "<form" not in html
        assert re.findall(r"<script(?! type=\"module\" src=\"/static/)", html) == []
        assert re.findall(r"https?://(?!localhost|127\.0\.0\.1)[^\"<]*", html) == []


@pytest.mark.parametrize(
    ("method", "path", "accept", "status"),
    [
        ("get", "", "*/*", 200),
        ("get", "", "application/json", 200),
        ("get", "?after=7", "*/*", 302),
        ("get", "?after=x", "*/*", 404),
        ("put", "", "*/*", 405),
        ("put", "", "application/json", 405),
        ("post", "/markdown/", "*/*", 405),
        ("get", "/markdown", "*/*", 301),
        ("get", "/files/{file}/", "*/*", 200),
        ("get", "/files/{gone}/", "*/*", 404),
        ("put", "/files/{file}/", "*/*", 405),
        ("get", "/files/nothing/", "*/*", 404),
        ("get", "/nothing/", "*/*", 404),
        ("get", "/continue/", "*/*", 302),
    ],
)
def test_every_answer_below_a_link_is_for_whoever_has_it(conversation, share, picture, method, path, accept, status):
    gone = Attachment.objects.get(pk=picture.pk)
    gone.pk, gone.sha256, gone.external_id = new_id(), "cd" * 32, "file-2"  # its bytes are lost
    message = picture.message
    message.parts += [{"type": "image", "name": "sun.png", "attachment_id": gone.typeid}]
    message.save(update_fields=["parts"])
    gone.save(force_insert=True)
    link = share(conversation, include_images=True)

    path = link.path + path.format(file=picture.typeid, gone=gone.typeid)
    answer = getattr(Client(), method)(path, headers={"Accept": accept})

    assert answer.status_code == status
    for name, value in UNLISTED.items():
        assert answer[name] == value


def test_so_is_a_fault(conversation, share, monkeypatch):
    link = share(conversation)
    monkeypatch.setattr(pages, "page", None)

    answer = Client(raise_request_exception=False).get(link.path)
    assert (answer.status_code, answer.headers.items() >= UNLISTED.items()) == (500, True)


def test_its_owner_sees_what_strangers_see(open_, conversation, share, sign_in, alice):
    link = share(conversation)

    assert sign_in(alice).get(link.path).content == open_(link).content


def test_a_program_that_asks_for_json_gets_it_at_the_same_address(open_, conversation, share):
    link = share(conversation)

    assert open_(link, Accept="application/json").json()["object"] == "public_share"
    assert open_(link, Accept="application/json, text/html;q=0.5").json()["title"] == "Choosing a telescope"
    assert open_(link, Accept="text/html,*/*;q=0.8")["Content-Type"].startswith("text/html")
    link.revoke()
    refused = open_(link, Accept="application/json")
    assert (refused.status_code, refused.json()["code"]) == (410, "share_revoked")
    assert refused.json()["request_id"]


def test_an_address_that_was_passed_on_with_a_slash_leads_there(client, conversation, share):
    link = share(conversation)

    answer = client.get(f"{link.path}/")

    assert (answer.status_code, answer["Location"]) == (302, link.path)
    assert answer["X-Robots-Tag"].startswith("noindex")
    assert client.get("/conversations/share/nothing/", follow=True).status_code == 404


@pytest.mark.parametrize(
    ("end", "status", "words"),
    [("revoke", 410, "no longer works"), ("expire", 410, "expired"), ("", 404, "nothing here")],
)
def test_a_link_that_is_over_has_a_page_of_its_own(open_, client, conversation, share, end, status, words):
    link = share(conversation)
    if end == "revoke":
        link.revoke()
    elif end == "expire":
        ShareLink.objects.update(expires_at=link.created_at)
    answer = open_(link) if end else client.get("/conversations/share/nothing")

    assert answer.status_code == status
    assert words in answer.content.decode()
    assert "telescope" not in answer.content.decode()


def test_views_are_counted_once_for_all_pages_of_it(open_, client, conversation, share, monkeypatch):
    monkeypatch.setattr(pages, "WINDOW", 2)
    conversation.append("user", "And for planets?")
    link = share(conversation)
    client.head(link.path)
    first = open_(link).content.decode()
    [later] = re.findall(rf'rel="next" href="{link.name}(\?[^"]*)"', first)
    second = open_(link, later).content.decode()

    assert "And for planets?" not in first
    assert "And for planets?" in second
    assert "Dobsonian" not in second
    assert ">Earlier messages</a>" in second
    assert 'rel="next"' not in second
    assert ShareLink.objects.get().view_count == 1


@pytest.mark.parametrize("after", ["x", "-1", "1" * 30, "%00", "٣"])
def test_a_page_that_is_none_is_not_found(open_, conversation, share, after):
    assert open_(share(conversation), f"?after={after}").status_code == 404


def test_only_reading_is_possible(conversation, share, client):
    assert client.post(share(conversation).path).status_code == 405


def test_a_picture_is_a_name_unless_its_owner_shows_it(open_, client, conversation, share, picture):
    hidden, shown = share(conversation), share(conversation, include_images=True)

    assert "moon.png" in open_(hidden).content.decode()
    assert "<img" not in open_(hidden).content.decode()
    [source] = re.findall(r'<img src="([^"]+)"', open_(shown).content.decode())
    assert source == f"{shown.path}/files/{picture.typeid}/"
    answer = client.get(source)
    assert b"".join(answer.streaming_content) == PNG
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/png", "no-store")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert client.get(f"{hidden.path}/files/{picture.typeid}/").status_code == 404
    assert (
        open_(shown, Accept="application/json")
        .json()["snapshot"]["items"][-1]["content"][-1]["image"]["url"]
        .endswith(source)
    )
    shown.revoke()
    assert client.get(source).status_code == 410


def test_no_other_file_of_the_conversation_is_behind_a_link(client, conversation, share, picture, alice):
    one = share(conversation, message=conversation.messages.get(position=1), include_images=True)
    assert client.get(f"{one.path}/files/{picture.typeid}/").status_code == 404

    before = share(conversation, include_images=True)
    message = picture.message
    message.edit("Look elsewhere", parts=[{"type": "text", "text": "Look elsewhere"}], by=alice)
    after = share(conversation, include_images=True)
    assert client.get(f"{before.path}/files/{picture.typeid}/").status_code == 200
    assert client.get(f"{after.path}/files/{picture.typeid}/").status_code == 404


def test_a_file_that_is_deleted_takes_its_name_along(open_, client, conversation, share, picture, alice):
    """Also where the message was changed since, and only a Revision names it."""
    first, live = share(conversation, include_images=True), share(conversation, is_live=True)
    picture.message.edit("Look there", by=alice)
    second = share(conversation)
    picture.message.edit("Look", parts=[{"type": "text", "text": "Look"}], by=alice)
    assert [b"moon.png" in open_(link).content for link in (first, second, live)] == [True, True, False]

    Attachment.objects.get().remove()

    for link in (first, second, live):
        assert b"moon.png" not in open_(link).content
        assert "moon.png" not in open_(link, Accept="application/json").content.decode()
        assert b"moon.png" not in client.get(f"{link.path}/markdown/").content
    assert b"Look" in open_(first).content


def test_what_a_browser_might_run_is_not_given_out(client, conversation, share, picture):
    Attachment.objects.update(content_type="image/svg+xml")
    link = share(conversation, include_images=True)

    assert client.get(f"{link.path}/files/{picture.typeid}/").status_code == 404


def test_a_page_costs_the_same_however_long_the_conversation_is(open_, conversation, share, django_assert_num_queries):
    conversation.append_all([{"role": "user", "text": "More"}] * 150)
    link = share(conversation)

    with django_assert_num_queries(4):  # the link, the messages, how many there are in all parts, the view
        assert open_(link).content.decode().count("<article") == pages.WINDOW


def test_whoever_guesses_is_slowed_down_and_whoever_reads_is_not(conversation, share, time_machine_frozen):
    link, school = share(conversation), Client(REMOTE_ADDR="192.0.2.9")
    answers = [school.get(f"/conversations/share/{'0' * 21}{n % 10}") for n in range(opening.MISSES + 1)]

    assert [answer.status_code for answer in answers] == [404] * opening.MISSES + [429]
    assert "too often" in answers[-1].content.decode()
    assert int(answers[-1]["Retry-After"]) > 0
    assert {school.get(link.path).status_code for _ in range(opening.MISSES + 1)} == {200}
    assert Client(REMOTE_ADDR="192.0.2.10").get("/conversations/share/nothing").status_code == 404


def test_a_preview_of_a_link_says_what_it_is_about(open_, conversation, share):
    html = open_(share(conversation)).content.decode()

    assert '<meta property="og:title" content="Choosing a telescope">' in html
    assert '<meta property="og:description" content="Which telescope should a beginner buy?">' in html
    assert re.search(r'<meta property="og:image" content="https?://[^"]+/static/img/shared[^"]*\.png">', html)


def test_its_head_says_how_much_it_is_and_names_only_who_wanted_to_be(open_, conversation, share, alice):
    plain, named = share(conversation), share(conversation, include_names=True)
    alice.name = "<Alice>"
    alice.save()

    assert "Shared on <time" in open_(plain).content.decode()
    assert "Alice" not in open_(plain).content.decode()
    html = open_(named).content.decode()
    assert "Shared by <bdi>&lt;Alice&gt;</bdi> on <time" in html
    assert '<span class="message__who" dir="auto">&lt;Alice&gt;</span>' in html
    assert "<span>2 messages</span>" in html
    assert "<span>1 min to read</span>" in html


def test_not_one_byte_of_a_long_one_knows_of_what_came_later(open_, conversation, share, alice, monkeypatch):
    monkeypatch.setattr(pages, "WINDOW", 1)
    conversation.messages.get(position=1).edit("Which?", by=alice)
    link = share(conversation)
    before = open_(link).content
    conversation.messages.get(position=2).edit("word " * 2_000, by=alice)
    conversation.messages.get(position=2).edit("word " * 4_000, by=alice)
    conversation.append("user", "word " * 2_000)

    assert open_(link).content == before


def test_nobody_else_speaks_under_the_owners_name(open_, conversation, share, bob):
    conversation.append("user", "And for planets?", author=bob.pk)
    link = share(conversation, include_names=True)

    speakers = re.findall('message__who" dir="auto">([^<]*)', open_(link).content.decode())
    assert speakers == ["Alice", "Assistant", "User"]


def test_the_outline_leads_to_what_was_asked(open_, conversation, share):
    conversation.append("user", "And for **planets**?")
    html = open_(share(conversation)).content.decode()

    question = conversation.messages.get(position=3)
    assert f'<a href="#{question.typeid}" dir="auto">And for planets?</a>' in html
    assert f'id="{question.typeid}"' in html


def test_a_long_one_has_parts_and_the_way_to_each(open_, conversation, share, monkeypatch):
    monkeypatch.setattr(pages, "WINDOW", 2)
    conversation.append_all([{"role": "user", "text": f"More {n}"} for n in range(3, 19)])
    link = share(conversation)
    middle = open_(link, "?after=8").content.decode()

    assert "<span>Part 5 of 9</span>" in middle
    assert "<span>18 messages</span>" in middle
    assert re.findall(r">(\d|…)</(?:a|span)></li>", middle) == ["1", "…", "3", "4", "5", "6", "7", "…", "9"] * 3
    assert f'href="{link.name}?after=16" aria-label="Part 9"' in middle
    assert f'href="{link.name}" aria-label="Part 1"' in middle
    assert "<title>Choosing a telescope, part 5 · Parley</title>" in middle
    assert "Part 9 of 9" in open_(link, "?after=16").content.decode()


@pytest.mark.parametrize(
    ("made_up", "part"),
    [("0", ""), ("1", ""), ("3", "?after=2"), ("02", "?after=2"), ("4", "?after=2"), ("999999999", "?after=2")],
)
def test_a_place_where_no_part_begins_leads_to_the_part_it_is_in(
    open_, conversation, share, monkeypatch, django_assert_num_queries, made_up, part
):
    monkeypatch.setattr(pages, "WINDOW", 2)
    conversation.append_all([{"role": "user", "text": "More"}] * 2)
    link = share(conversation)

    with django_assert_num_queries(1):  # the link: no message is read
        answer = open_(link, f"?after={made_up}")
    assert (answer.status_code, answer["Location"]) == (302, link.path + part)
    assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"


def test_a_long_one_is_measured_in_the_words_that_it_shows(open_, conversation, share, alice, monkeypatch):
    monkeypatch.setattr(pages, "WINDOW", 1)
    snapshot, live = share(conversation), share(conversation, is_live=True)
    conversation.messages.get(position=2).edit("word " * 2_000, by=alice)

    assert "<span>1 min to read</span>" in open_(snapshot).content.decode()
    assert "<span>7 min to read</span>" in open_(live).content.decode()


def test_a_live_one_says_that_it_follows_and_may_be_empty(open_, conversation, share):
    link = share(conversation, is_live=True)
    assert "This link follows the conversation" in open_(link).content.decode()

    conversation.locked().remove_messages([1, 2])
    answer = open_(link)
    assert answer.status_code == 200
    assert "Nothing is said here yet." in answer.content.decode()
    assert "to read" not in answer.content.decode()
    assert "Copy as Markdown" not in answer.content.decode()


def test_it_is_copied_as_markdown_as_it_was_written(open_, client, conversation, share):
    link = share(conversation)
    text = client.get(f"{link.path}/markdown/")

    assert text["Content-Type"] == "text/markdown; charset=utf-8"
    assert "sandbox" in text["Content-Security-Policy"]
    assert text.content.decode() == (
        "# Choosing a telescope\n\n## User\n\nWhich telescope should a beginner buy?\n\n## Assistant\n\n"
        "A **Dobsonian** of six to eight inches: the most aperture for the money.\n"
    )
    assert f'href="{link.name}/markdown/"' in open_(link).content.decode()
    link.revoke()
    assert client.get(f"{link.path}/markdown/").status_code == 410


def test_files_are_downloads_where_their_owner_shows_them(open_, client, conversation, share, picture):
    Attachment.objects.update(content_type="application/pdf", name="plan.pdf")
    message = conversation.messages.get(position=3)
    message.parts = [{"type": "file", "name": "plan.pdf", "attachment_id": picture.typeid}]
    message.save(update_fields=["parts"])
    hidden, shown = share(conversation), share(conversation, include_files=True)

    assert "plan.pdf" in open_(hidden).content.decode()
    assert f"{shown.path}/files/{picture.typeid}/" in open_(shown).content.decode()
    answer = client.get(f"{shown.path}/files/{picture.typeid}/")
    assert "attachment" in answer["Content-Disposition"]
    assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert client.get(f"{hidden.path}/files/{picture.typeid}/").status_code == 404


def test_a_live_one_that_has_become_too_much_is_read_in_parts(open_, client, conversation, share, monkeypatch):
    link = share(conversation, is_live=True)
    monkeypatch.setattr(limits, "SNAPSHOT_BYTES", 100)
    monkeypatch.setattr(pages, "WINDOW", 1)

    assert "Dobsonian" in open_(link, "?after=1").content.decode()
    text = client.get(f"{link.path}/markdown/")
    assert (text.status_code, "too much at once" in text.content.decode()) == (400, True)
    assert "telescope" not in text.content.decode()
    json = open_(link, Accept="application/json")
    assert (json.status_code, json.json()["code"]) == (400, "share_too_large")
    assert "shows it in parts" in json.json()["message"]
    assert ShareLink.objects.get().view_count == 0
