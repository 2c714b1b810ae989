"""One answer is shared from its menu, looked at as strangers will see it, opened by one, and taken back."""

import pytest
from playwright.sync_api import expect

from sharing import pages
from sharing.models import ShareLink
from tests.system.conftest import sign_in_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def here(settings, live_server):
    settings.PUBLIC_ORIGIN = live_server.url


@pytest.fixture
def thread(at_home, live_server, conversation):
    conversation.append("user", "Tell maria@observatory.ch too.")
    at_home.goto(live_server.url + conversation.get_absolute_url())
    at_home.expected_faults.append("frame is sandboxed")  # what the page runs for strangers, its preview does not
    return at_home


def preview(page):
    return page.frame_locator("iframe[name=preview]")


def test_an_answer_is_shared_from_its_menu_opened_by_a_stranger_and_revoked(thread, browser, assert_accessible):
    page = thread
    answer = page.locator("article.message--assistant")
    answer.hover()
    answer.get_by_role("link", name="Share this message").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("One message alone")).to_be_checked()
    expect(preview(page).locator("article").get_by_text("Dobsonian")).to_be_visible()
    expect(preview(page).get_by_text("Which telescope")).to_have_count(0)
    assert_accessible(page)

    dialog.get_by_label("One message and the question before it").check()
    expect(preview(page).locator("article").get_by_text("Which telescope")).to_be_visible()
    dialog.get_by_role("button", name="Make the link").click()
    address = dialog.locator("#address")
    expect(address).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.locator("copy-button[copied]")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == address.text_content()
    assert_accessible(page)

    stranger = browser.new_context()
    theirs = stranger.new_page()
    theirs.goto(copied)
    expect(theirs.locator("article").get_by_text("Dobsonian")).to_be_visible()
    expect(theirs.get_by_text("maria@observatory.ch")).to_have_count(0)

    dialog.get_by_role("link", name="Look after it").click()
    assert_accessible(page)
    page.get_by_role("link", name="Revoke").click()
    page.get_by_role("button", name="Revoke the link").click()
    expect(page.get_by_text("Revoked on")).to_be_visible()
    theirs.reload()
    expect(theirs.get_by_text("no longer works")).to_be_visible()
    stranger.close()


def test_the_dialog_is_worked_by_keyboard_and_gives_the_focus_back(thread):
    page = thread
    opener = page.locator(".thread-header").get_by_role("link", name="Share")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    expect(page.locator("iframe")).to_have_count(0)


def test_the_button_is_in_view_from_the_beginning_and_stays_there(thread):
    thread.get_by_role("link", name="Share", exact=True).first.click()
    dialog = thread.get_by_role("dialog", name="Share")
    button = dialog.get_by_role("button", name="Make the link")
    expect(button).to_be_in_viewport(ratio=1)

    dialog.get_by_label("Readers may go on in a copy of their own").check()
    expect(button).to_be_in_viewport(ratio=1)


def test_on_a_phone_the_button_is_at_hand_wherever_one_is_in_the_form(thread, live_server, conversation):
    page = thread
    page.set_viewport_size({"width": 375, "height": 740})
    page.get_by_role("link", name="Share", exact=True).first.click()
    for place in (page.get_by_role("dialog"), page.locator("main")):
        button = place.get_by_role("button", name="Make the link")
        expect(button).to_be_in_viewport(ratio=1)
        place.get_by_label("Password").focus()
        expect(button).to_be_in_viewport(ratio=1)
        focused, bar = place.get_by_label("Password").bounding_box(), button.locator("..").bounding_box()
        assert focused["y"] + focused["height"] <= bar["y"]
        page.goto(f"{live_server.url}{conversation.get_absolute_url()}share/")


def test_a_change_shows_at_once_what_it_does_and_what_to_look_at(thread):
    page = thread
    page.locator(".thread-header").get_by_role("link", name="Share").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("This looks like a secret")).to_be_visible()
    expect(dialog.get_by_text("maria@…")).to_be_visible()
    dialog.get_by_label("A part of it").check()
    dialog.locator("#id_message").select_option(index=1)
    expect(dialog.get_by_text("This looks like a secret")).to_have_count(0)
    expect(preview(page).get_by_text("maria@observatory.ch")).to_have_count(0)
    expect(preview(page).locator("article").get_by_text("Dobsonian")).to_be_visible()
    page.expected_faults.append("422")  # a browser tells of refusals in its console
    dialog.get_by_label("It works").select_option("Until a day I choose")
    dialog.get_by_role("button", name="Make the link").click()
    expect(dialog.get_by_text("Choose the last day.")).to_be_visible()
    assert not ShareLink.objects.exists()
    dialog.get_by_label("It works").select_option("For a week")
    dialog.get_by_role("button", name="Make the link").click()
    expect(dialog.get_by_text("The link is made")).to_be_visible()
    assert ShareLink.objects.get().positions == [1, 2]


@pytest.mark.parametrize("width", [375, 1280])
def test_without_a_script_it_is_a_page(browser, live_server, alice, conversation, width, assert_accessible):
    conversation.append("user", "Tell maria@observatory.ch too.")
    context = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 800})
    page = context.new_page()
    sign_in_at(page, live_server)
    page.goto(live_server.url + conversation.get_absolute_url())
    page.locator(".thread-header").get_by_role("link", name="Share").click()
    page.wait_for_url("**/share/")
    page.get_by_role("button", name="Preview").click()
    expect(preview(page).locator("article").get_by_text("Dobsonian")).to_be_visible()
    assert "/share/" in page.url

    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_text("This looks like a secret")).to_be_visible()
    page.get_by_role("button", name="Make the link all the same").click()
    page.wait_for_url("**/shares/link_*/")
    address = page.locator("#address").text_content()
    assert address == live_server.url + ShareLink.objects.get().path

    page.get_by_role("link", name="Change").click()
    page.get_by_label("Title").fill("Optics")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Optics")
    conversation.append("user", "And for planets?")
    page.get_by_role("link", name="Update to now").click()
    expect(page.get_by_text("1 message", exact=True)).to_be_visible()
    page.get_by_role("button", name="Preview").click()
    expect(preview(page).locator("article").get_by_text("And for planets?")).to_be_visible()
    page.get_by_role("button", name="Update").click()
    expect(page.get_by_text("as it is now")).to_be_visible()
    context.close()


def test_the_links_in_a_preview_lead_on_in_it(thread, conversation, monkeypatch):
    monkeypatch.setattr(pages, "WINDOW", 2)
    page = thread
    page.expected_faults.append("404 (Not Found)")  # what only the page itself has
    page.get_by_role("link", name="Share", exact=True).click()
    expect(preview(page).locator("article").get_by_text("Dobsonian")).to_be_visible()

    preview(page).get_by_role("link", name="Later messages").click()
    expect(preview(page).locator("article").get_by_text("maria@observatory.ch")).to_be_visible()
    preview(page).locator("summary", has_text="Contents").click()
    preview(page).get_by_role("navigation", name="Contents").get_by_role("link", name="Tell maria").click()
    expect(preview(page).locator("article").get_by_text("maria@observatory.ch")).to_be_in_viewport()
    preview(page).get_by_role("link", name="Copy as Markdown").click()
    expect(preview(page).get_by_text("In a preview there is none.")).to_be_visible()
    page.evaluate("history.back()")
    expect(preview(page).locator("article").get_by_text("maria@observatory.ch")).to_be_visible()
