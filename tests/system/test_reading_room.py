"""Whole stories, as a person lives them: in a browser, from the first click to what they came for."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation
from tests.system.conftest import sign_in_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def archive(alice, project):
    """Sixty short chats, a long one of 300 messages, and an answer on an abandoned branch."""
    for n in range(60):
        Conversation.objects.start(alice, title=f"Chat {n}").append("user", f"Small talk {n}")
    long = Conversation.objects.start(alice, title="Observation log")
    for n in range(1, 301):
        long.append("user" if n % 2 else "assistant", f"Entry {n}. Seeing was fair, and the sky was dark enough.")
    forked = Conversation.objects.start(alice, title="Choosing an eyepiece", project=project)
    forked.append("user", "Which eyepiece first?")
    forked.append("assistant", "A **25 mm Plössl** shows the whole Pleiades.", model="large-1")
    forked.append("user", "Thanks.")
    forked.reply(1, "assistant", "A zoom eyepiece.", model="large-2")
    return {"long": long, "forked": forked}


def test_an_old_answer_is_found_and_landed_on_on_its_abandoned_branch(archive, at_home):
    page = at_home
    page.keyboard.press("/")
    page.keyboard.type("plossl")
    page.keyboard.press("Enter")

    hit = page.locator(".hit").first
    expect(hit).to_contain_text("25 mm Plössl")
    expect(hit).to_contain_text("other branch")
    hit.click()

    found = page.locator(".message.is-found")
    expect(found).to_be_in_viewport()
    expect(found.locator("mark")).to_have_text("Plössl")
    expect(found.locator(".switcher")).to_contain_text("1 / 2")
    expect(page.get_by_text("A zoom eyepiece.")).to_have_count(0)

    found.get_by_label("Next version").click()
    expect(page.get_by_text("A zoom eyepiece.")).to_be_visible()
    expect(page.get_by_text("Thanks.")).to_have_count(0)


def test_the_words_that_were_found_are_in_sight_however_far_down_their_message(archive, at_home):
    archive["forked"].append(
        "assistant", "The sky was dark.\n\n" * 80 + "Then came Albireo.\n\n" + "And so on.\n\n" * 80
    )
    page = at_home
    page.keyboard.press("/")
    page.keyboard.type("albireo")
    page.keyboard.press("Enter")
    page.locator(".hit").first.click()

    expect(page.locator(".is-found mark")).to_be_in_viewport()
    page.reload()
    expect(page.locator(".is-found mark")).to_be_in_viewport()


def test_a_long_thread_grows_upwards_while_the_reader_keeps_their_place(archive, at_home):
    page = at_home
    page.locator(".row__link", has_text="Observation log").click()
    expect(page.get_by_text("Entry 300.")).to_be_in_viewport()
    expect(page.locator("article")).to_have_count(50)

    page.locator("article").first.scroll_into_view_if_needed()
    expect(page.locator("#messages").get_by_text("Entry 201.")).to_be_attached()
    expect(page.locator("#messages").get_by_text("Entry 251.")).to_be_in_viewport()
    page.wait_for_load_state("networkidle")
    numbers = [int(text.split(".")[0].split()[1]) for text in page.locator(".message__body").all_inner_texts()]
    assert numbers == list(range(201, 301))


def test_a_long_thread_opens_at_its_end_whatever_link_leads_there(archive, at_home):
    page = at_home
    page.goto(page.url.removesuffix("/conversations/") + archive["long"].get_absolute_url())

    expect(page.get_by_text("Entry 300.")).to_be_in_viewport()
    expect(page.locator("article")).to_have_count(50)


def test_who_comes_back_to_the_history_is_where_they_were(archive, at_home):
    page = at_home
    page.locator(".more").scroll_into_view_if_needed()
    expect(page.locator(".row")).to_have_count(62)
    page.locator(".row__link", has_text="Chat 1").last.scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    page.locator(".row__link", has_text="Chat 1").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chat 1")

    page.go_back()

    expect(page.locator(".row")).to_have_count(62)
    page.wait_for_function("place => Math.abs(scrollY - place) < 2", arg=place)


def read_at(page, entry):
    """Scrolls to it, in a thread that has it already, and waits until the page has noted where one reads."""
    page.evaluate("history.replaceState({...history.state, place: null}, '')")
    article = page.locator("article", has=page.get_by_text(f"Entry {entry}.", exact=False))
    article.evaluate("article => window.scrollTo(0, scrollY + article.getBoundingClientRect().top + 17)")
    page.wait_for_function("() => history.state?.place")
    return page.evaluate("history.state.place")


IS_THERE = "({id, top}) => Math.abs(document.getElementById(id)?.getBoundingClientRect().top - top) < 2"


def test_who_comes_back_to_a_long_thread_is_where_they_read(archive, at_home, browser, live_server):
    page = at_home
    thread = page.url.removesuffix("/conversations/") + archive["long"].get_absolute_url()
    page.goto(f"{thread}?start&find=Entry&q=Seeing")
    opened = page.url
    for count in (100, 150):
        page.locator(".thread__more").last.scroll_into_view_if_needed()
        expect(page.locator("article")).to_have_count(count)
    page.wait_for_load_state("networkidle")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/static/" not in request.url else None)

    read_at(page, 20)
    assert page.url == opened
    place = read_at(page, 80)
    address = page.url
    assert place["top"] == pytest.approx(-17, abs=1)
    assert address == f"{thread}?from={place['id']}&find=Entry#here"
    assert asked == []

    page.evaluate("location.assign('/conversations/')")
    page.wait_for_url("**/conversations/")
    page.go_back()
    page.wait_for_function(IS_THERE, arg=place)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(IS_THERE, place)
    assert page.url == address
    expect(page.locator(".message:is(:target, .is-found)")).to_have_count(0)

    plain = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state()).new_page()
    plain.goto(address)
    expect(plain.locator(f"#{place['id']}")).to_be_in_viewport()
    expect(plain.locator(".message:is(:target, .is-found)")).to_have_count(0)
    plain.context.close()


def test_who_comes_back_to_another_branch_is_on_it(archive, at_home):
    page = at_home
    long = archive["long"]
    long.reply(299, "assistant", "Another ending.")
    page.goto(f"{page.url.removesuffix('/conversations/')}{long.get_absolute_url()}?tip=300&after=200")
    expect(page.locator("article")).to_have_count(100)
    page.wait_for_load_state("networkidle")
    place = read_at(page, 180)

    page.reload()

    page.wait_for_function(IS_THERE, arg=place)
    assert "tip=300" in page.url
    expect(page.locator("#branch")).to_contain_text("Another branch")


def test_who_comes_back_to_all_branches_is_where_they_read(archive, at_home):
    page = at_home
    archive["long"].reply(299, "assistant", "Another ending.")
    page.goto(f"{page.url.removesuffix('/conversations/')}{archive['long'].get_absolute_url()}chronological/")
    for count in (100, 150):
        page.locator(".thread__more").last.scroll_into_view_if_needed()
        expect(page.locator("article")).to_have_count(count)
    page.wait_for_load_state("networkidle")
    place = read_at(page, 120)

    page.reload()

    page.wait_for_function(IS_THERE, arg=place)
    expect(page.locator("#here article")).to_have_attribute("id", place["id"])
    expect(page.get_by_text("Earlier messages")).to_be_attached()


def test_reading_down_to_the_end_one_can_write_there(archive, at_home):
    page = at_home
    page.goto(page.url.removesuffix("/conversations/") + archive["long"].get_absolute_url() + "?start")
    expect(page.get_by_label("Add a message")).to_have_count(0)
    for count in range(100, 301, 50):
        page.locator(".thread__more").last.scroll_into_view_if_needed()
        expect(page.locator("article")).to_have_count(count)

    expect(page.get_by_text("Entry 300.")).to_be_attached()
    expect(page.get_by_label("Add a message")).to_have_count(1)


def test_the_history_goes_on_while_scrolling(archive, at_home):
    page = at_home
    expect(page.locator(".row")).to_have_count(50)
    page.locator(".row").last.scroll_into_view_if_needed()
    page.mouse.wheel(0, 5000)
    expect(page.locator(".row")).to_have_count(62)


def test_the_history_filters_while_one_types(archive, at_home):
    page = at_home
    page.get_by_label("Filter by title").press_sequentially("eyep")

    expect(page.locator(".row")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?title=eyep$"))
    page.reload()
    expect(page.locator(".row")).to_have_count(1)
    page.get_by_label("Filter by title").fill("")
    expect(page.locator(".row")).to_have_count(50)
    expect(page).to_have_url(re.compile(r"/conversations/$"))


def test_the_rows_of_the_history_are_made_compact_and_stay_so(archive, at_home):
    page = at_home
    row = page.locator(".row", has_text="Choosing an eyepiece")
    comfortable = row.bounding_box()["height"]
    expect(row).to_contain_text("A zoom eyepiece.")
    page.get_by_role("main").get_by_role("button", name="Titles alone").click()

    expect(row.locator(".row__preview")).to_be_hidden()
    assert row.bounding_box()["height"] == 36 < comfortable
    page.reload()
    expect(row.locator(".row__preview")).to_be_hidden()


def test_writing_goes_on_below_and_lands_on_the_new_message(archive, at_home):
    page = at_home
    page.goto(page.url.removesuffix("/conversations/") + archive["forked"].get_absolute_url())
    expect(page.get_by_label("Add a message")).to_have_count(1)
    page.get_by_label("Add a message").fill("And which barlow?")
    page.get_by_role("button", name="Add").click()

    expect(page.locator(".message.is-found")).to_contain_text("And which barlow?")


def test_renaming_and_deleting_with_a_word_about_what_goes(archive, at_home):
    page = at_home
    page.goto(page.url.removesuffix("/conversations/") + archive["forked"].get_absolute_url())
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Title").fill("Eyepieces")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Eyepieces")

    page.get_by_label("More for this conversation").click()
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("main")).to_contain_text("4 on 2 branches")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("Deleted “Eyepieces” with 4 messages.")).to_be_visible()


def test_everything_is_there_without_javascript(browser, live_server, archive, alice):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in_at(page, live_server)

    page.get_by_role("link", name="Older conversations").click()
    expect(page.locator(".row")).to_have_count(12)
    page.get_by_role("searchbox").first.fill("plossl")
    page.keyboard.press("Enter")
    page.locator(".hit").first.click()
    expect(page.locator(".message.is-found")).to_contain_text("25 mm Plössl")
    page.goto(live_server.url + archive["long"].get_absolute_url())
    page.get_by_role("link", name="Earlier messages").click()
    expect(page.get_by_text("Entry 210.")).to_be_attached()
    page.get_by_role("link", name="Later messages").click()
    expect(page.get_by_text("Entry 300.")).to_be_attached()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_no_page_has_a_fault_that_axe_knows(archive, at_home, assert_accessible, scheme, width):
    page = at_home
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    home = page.url.removesuffix("/conversations/")
    old = archive["forked"].messages.get(position=2)
    for path in [
        "/conversations/",
        "/conversations/new/",
        archive["long"].get_absolute_url(),
        f"{archive['forked'].get_absolute_url()}?at={old.typeid}&q=plossl",
        f"{archive['forked'].get_absolute_url()}edit/",
        f"{archive['forked'].get_absolute_url()}delete/",
        "/search/",
        "/search/?q=entry+-sky",
        "/search/?q=seeing&order=best",
        "/search/?q=nowhere",
        "/imports/",
        "/account/",
    ]:
        page.goto(home + path)
        assert_accessible(page)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{path} is {overflow}px too wide at {width}"


@pytest.mark.parametrize("width", [375, 768])
def test_nothing_moves_when_the_fonts_come_late(at_home, alice, width):
    page = at_home
    text = " ".join(Path(__file__).read_text().split())
    prose = Conversation.objects.start(alice, title="A title that takes two lines where room is as short as on a phone")
    prose.append(
        "assistant",
        f"{text[:900]}\n\n**{text[900:1_500]}**\n\n```\n{text[:80]}\n```\n\n{text[1_500:2_500]} $M = E - e \\sin E$",
    )
    held = []
    page.route("**/*.woff2", lambda route: held.append(route))
    page.set_viewport_size({"width": width, "height": 1_600})
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach(e => window.moved += e.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page.goto(page.url.removesuffix("/conversations/") + prose.get_absolute_url(), wait_until="domcontentloaded")
    painted = "() => performance.getEntriesByName('first-contentful-paint').length > 0"
    page.wait_for_function(painted)
    stood = page.evaluate("document.documentElement.scrollHeight")

    for route in held:
        route.continue_()
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
    assert page.evaluate("document.fonts.check('16px Inter')")
    assert page.evaluate("document.documentElement.scrollHeight") == pytest.approx(stood, rel=0.01)
    assert page.evaluate("window.moved") < 0.01
