"""Searching, as people do it: by a word, then by what they remember beside it."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation
from tests.system.conftest import sign_in_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def archive(alice, project):
    """A log that says "eyepiece" 205 times, and an answer about one on a branch that was left."""
    log = Conversation.objects.start(alice, title="Observation log")
    for n in range(205):
        log.append("user" if n % 2 else "assistant", f"Night {n}: the same eyepiece as ever.", model="small-1")
    forked = Conversation.objects.start(alice, title="What to buy", project=project)
    forked.append("user", "Which eyepiece first?")
    forked.append("assistant", "An eyepiece of **25 mm**: a Plössl.", model="large-1")
    forked.reply(1, "assistant", "A zoom.", model="large-2")
    return forked


def test_an_old_answer_is_found_by_what_else_one_remembers(archive, at_home):
    page = at_home
    page.keyboard.press("Control+k")
    page.keyboard.type("eyepiece")
    page.keyboard.press("Enter")

    expect(page.locator("#found")).to_have_text("207 messages")
    facets = page.get_by_role("complementary", name="Narrow down")
    facets.get_by_role("link", name="Abandoned 1").click()
    expect(page.locator(".chip", has_text="Branch: abandoned")).to_be_visible()
    expect(page.get_by_role("searchbox", name="Search all conversations").last).to_have_value(
        "eyepiece branch:abandoned"
    )

    page.locator(".chip", has_text="Branch: abandoned").click()
    facets.get_by_role("link", name="large-1 1").click()
    expect(page.locator(".hit")).to_have_count(1)
    expect(page.locator(".hit")).to_contain_text("other branch")
    page.locator(".hit").click()

    found = page.locator(".message.is-found")
    expect(found).to_be_in_viewport()
    expect(found).to_contain_text("25 mm")
    expect(found.locator("mark")).to_have_text("eyepiece")
    expect(page.get_by_text("A zoom.")).to_have_count(0)

    page.go_back()
    expect(page.locator(".hit")).to_have_count(1)


def test_without_javascript_every_filter_is_a_link(browser, live_server, archive, alice):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800})
    page = context.new_page()
    sign_in_at(page, live_server)

    page.goto(f"{live_server.url}/search/?q=eyepiece")
    page.locator(".facets summary").click()
    page.get_by_role("link", name="Narrow down by").click()
    page.get_by_role("link", name="Observatory 2").click()
    expect(page.locator(".hit")).to_have_count(2)
    page.locator(".facets summary").click()
    page.get_by_role("link", name="Narrow down by").click()
    page.get_by_role("link", name="Assistant 1").click()
    page.locator(".hit").click()
    expect(page.locator(".message.is-found")).to_contain_text("25 mm")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_no_state_of_a_search_has_a_fault_that_axe_knows(archive, at_home, assert_accessible, scheme, width):
    page = at_home
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    home = page.url.removesuffix("/conversations/")
    for path in [
        "/search/?q=eyepiece",
        "/search/?q=eyepiece+project:observatory+-role:tool",
        "/search/?q=eyepiece+has:image+colour:red",
        "/search/?q=in:title",
        "/search/facets/?q=eyepiece",
    ]:
        page.goto(home + path)
        if width == 375 and page.locator(".facets summary").count():
            page.locator(".facets summary").first.click()
        assert_accessible(page)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{path} is {overflow}px too wide at {width}"
