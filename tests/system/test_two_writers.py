"""Two people in one conversation, each in a browser of their own."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation
from tests.system.conftest import sign_in_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def comets(alice):
    conversation = Conversation.objects.start(alice, title="Comets")
    conversation.append("user", "What is a comet?")
    conversation.append("assistant", "A dirty snowball.")
    return conversation


@pytest.fixture
def at_bobs(browser, live_server, bob):
    """Another browser, with Bob at it."""
    context = browser.new_context()
    page = context.new_page()
    sign_in_at(page, live_server, "bob")
    page.wait_for_url("**/conversations/")
    yield page
    context.close()


def test_alice_lets_bob_in_they_write_at_once_and_she_shows_him_out(
    at_home, at_bobs, live_server, comets, bob, assert_accessible
):
    path = f"{live_server.url}{comets.get_absolute_url()}"
    at_home.goto(path)
    at_home.get_by_text("More").click()
    at_home.get_by_role("link", name="People").click()
    at_home.get_by_label("E-mail address").fill("bob@example.org")
    at_home.get_by_label("Role", exact=True).select_option("editor")
    at_home.get_by_role("button", name="Let in").click()
    expect(at_home.get_by_role("list", name="Who is in")).to_contain_text("Bob")
    assert_accessible(at_home)

    at_bobs.get_by_role("link", name="Shared with me").first.click()
    expect(at_bobs.get_by_role("main")).to_contain_text("Alice, editor")
    assert_accessible(at_bobs)
    at_bobs.get_by_role("main").get_by_role("link", name="Comets Alice, editor").click()
    at_home.goto(path)
    begun = at_home.get_by_label("Add a message")
    begun.fill("I am still writing")
    top = at_home.locator("article").first.bounding_box()["y"]

    at_bobs.get_by_label("Add a message").fill("Is it cold?")
    at_bobs.get_by_role("button", name="Add").click()
    hers = at_home.locator("article", has_text="Is it cold?")
    expect(hers).to_be_visible()
    expect(hers).to_contain_text("Bob")
    expect(at_home.locator("#news-said")).to_have_text("Bob wrote.")
    expect(at_home.locator("#length")).to_have_text("3 messages")
    expect(begun).to_have_value("I am still writing")
    assert at_home.locator("article").first.bounding_box()["y"] == top
    assert_accessible(at_home)

    at_home.get_by_role("button", name="Add").click()
    expect(at_bobs.locator("article").last).to_contain_text("I am still writing")
    comets.refresh_from_db()
    assert (comets.length, comets.branch_count) == (4, 1)

    at_bobs.get_by_label("Add a message").fill("Half a sentence")
    comets.people.show_out(bob, by=comets.owner)
    expect(at_bobs.locator("#news")).to_contain_text("You are not in this conversation any more.")
    expect(at_bobs.get_by_role("button", name="Add")).to_be_disabled()
    expect(at_bobs.get_by_label("Add a message")).to_have_value("Half a sentence")
    assert at_bobs.reload().status == 404


def test_who_may_only_read_from_now_on_is_told_while_they_write(at_bobs, live_server, comets, bob):
    comets.people.let_in(bob, "editor", by=comets.owner)
    at_bobs.goto(f"{live_server.url}{comets.get_absolute_url()}")
    at_bobs.get_by_label("Add a message").fill("Half a sentence")

    comets.people.let_in(bob, "viewer", by=comets.owner)

    expect(at_bobs.locator("#news")).to_contain_text("You may only read this conversation now.")
    expect(at_bobs.get_by_role("button", name="Add")).to_be_disabled()
    expect(at_bobs.get_by_label("Add a message")).to_have_value("Half a sentence")


def test_what_is_changed_by_somebody_is_told_and_not_changed_under_the_eyes(at_home, live_server, comets, bob):
    comets.people.let_in(bob, "editor", by=comets.owner)
    at_home.goto(f"{live_server.url}{comets.get_absolute_url()}")
    comets.messages.get(position=1).edit("What is a meteor?", by=bob)

    notice = at_home.get_by_role("link", name="Show it as it is now")
    expect(notice).to_be_visible()
    expect(at_home.locator("article").first).to_contain_text("comet")
    notice.click()
    expect(at_home.locator("article").first).to_contain_text("meteor")


def test_without_a_script_a_reload_shows_what_came_and_nothing_is_lost(browser, live_server, comets, alice, bob):
    comets.people.let_in(bob, "editor", by=alice)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800})
    page = context.new_page()
    sign_in_at(page, live_server, "bob")
    page.goto(f"{live_server.url}{comets.get_absolute_url()}")
    comets.append("user", "Hers, meanwhile", author=alice.pk)
    page.get_by_label("Add a message").fill("His")
    page.get_by_role("button", name="Add").click()

    expect(page.locator("article").nth(2)).to_contain_text("Hers, meanwhile")
    expect(page.locator("article").nth(3)).to_contain_text("His")
    context.close()
