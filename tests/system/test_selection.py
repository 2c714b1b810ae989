"""Several conversations chosen in the history, by mouse, by keyboard, and without a script."""

import re

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation
from tests.system.conftest import sign_in_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chats(alice, project):
    for n in range(60):
        Conversation.objects.start(alice, title=f"Chat {n}").append("user", f"Small talk {n}")


def test_a_range_is_chosen_with_shift_grows_with_the_list_and_is_deleted(chats, at_home):
    page = at_home
    page.get_by_role("link", name="Select").click()
    rows, said = page.locator(".row"), page.locator(".selection__count")
    expect(page.get_by_role("button", name="Archive")).to_be_disabled()
    rows.nth(1).click()
    rows.nth(4).click(modifiers=["Shift"])
    expect(said).to_have_text("4 selected")

    page.locator(".row").last.scroll_into_view_if_needed()
    expect(rows).to_have_count(60)
    expect(said).to_have_text("4 selected")
    rows.nth(59).click()
    rows.nth(2).click()
    expect(said).to_have_text("4 selected")

    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete 4 conversations?")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("Deleted 4 conversations with 4 messages.")).to_be_visible()
    left = set(Conversation.objects.values_list("title", flat=True))
    assert {f"Chat {n}" for n in range(60)} - left == {"Chat 58", "Chat 56", "Chat 55", "Chat 0"}


def test_what_a_filter_leaves_is_chosen_at_once_and_archived(chats, alice, at_home):
    Conversation.objects.start(alice, title="Nebulae")
    page = at_home
    page.reload()
    page.get_by_role("link", name="Select").click()
    page.locator(".row").first.click()
    page.get_by_label("Filter by title").press_sequentially("nebul")
    expect(page.locator(".row")).to_have_count(1)
    expect(page).to_have_url(re.compile("select=.*title=nebul|title=nebul.*select="))
    expect(page.locator(".selection__count")).to_have_text("0 selected")
    page.get_by_label("All shown").check()
    expect(page.locator(".selection__count")).to_have_text("1 selected")
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("Archived 1 conversation.")).to_be_visible()

    page.get_by_role("link", name="Archived").click()
    page.get_by_role("link", name="Select").click()
    page.get_by_label("Nebulae").press("Space")
    page.get_by_role("button", name="Bring back").press("Enter")
    expect(page.get_by_text("Brought back 1 conversation.")).to_be_visible()
    expect(page.get_by_text("Nothing is archived.")).to_be_visible()


def test_no_more_are_chosen_than_one_request_takes(chats, at_home, monkeypatch):
    monkeypatch.setattr("conversations.limits.SELECTION", 3)
    page = at_home
    page.get_by_role("link", name="Select").click()
    page.get_by_label("All shown").check()
    expect(page.locator(".selection__count")).to_have_text("3 selected, at most 3 at once")
    page.locator(".row").nth(7).click()

    expect(page.get_by_role("button", name="Archive")).to_be_disabled()
    page.get_by_label("All shown").uncheck()
    expect(page.locator(":checked")).to_have_count(0)


@pytest.mark.parametrize("width", [375, 768, 1280])
def test_what_can_be_done_stands_in_one_row(chats, at_home, width):
    page = at_home
    page.set_viewport_size({"width": width, "height": 800})
    page.get_by_role("link", name="Select").click()

    assert len({button.bounding_box()["y"] for button in page.locator(".selection .btn").all()}) == 1


def test_the_focus_is_never_below_the_bar(chats, at_home):
    page = at_home
    page.set_viewport_size({"width": 375, "height": 667})
    page.get_by_role("link", name="Select").click()
    page.locator(".row input").first.focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        focused = page.locator(":focus").bounding_box()
        assert focused["y"] + focused["height"] <= page.locator(".selection").bounding_box()["y"]


def test_all_of_it_works_without_a_script(browser, live_server, chats, alice, project):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in_at(page, live_server)

    page.get_by_role("link", name="Select").click()
    expect(page.get_by_label("All shown")).to_be_hidden()
    page.get_by_role("link", name="Older conversations").click()
    page.get_by_label("Chat 3").check()
    page.get_by_label("Chat 4").check()
    page.get_by_role("button", name="Move").click()
    page.get_by_label("Project", exact=True).select_option("Observatory")
    page.get_by_role("button", name="Move").click()
    expect(page.get_by_text("Moved 2 conversations into “Observatory”.")).to_be_visible()
    expect(page.get_by_role("navigation", name="Recent projects").get_by_role("link")).to_contain_text(
        "2 conversations"
    )
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_no_page_of_it_has_a_fault_that_axe_knows(chats, at_home, assert_accessible, scheme, width):
    page = at_home
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    home = page.url
    for query in ("", "?archived", "?select", "?select&title=zebra"):
        page.goto(home + query)
        assert_accessible(page)
    for word in ("Move", "Delete"):
        page.goto(f"{home}?select")
        page.locator(".row").first.click()
        assert_accessible(page)
        page.get_by_role("button", name=word).click()
        page.get_by_text("Which").click()
        assert_accessible(page)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{word} is {overflow}px too wide at {width}"
