"""What a reader sees of a piece of a page that did not come, in a browser."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import Session
from conversations.models import Conversation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def earlier(at_home, alice):
    """The link to the messages that the end of a long conversation leaves out."""
    log = Conversation.objects.start(alice, title="Observation log")
    for n in range(1, 301):
        log.append("user" if n % 2 else "assistant", f"Entry {n}. Seeing was fair, and the sky was dark enough.")
    at_home.expected_faults += ["ERR_INTERNET_DISCONNECTED", "401 (Unauthorized)", "htmx:", "Response Status Error"]
    last = log.messages.last().typeid
    at_home.goto(f"{at_home.url.removesuffix('/conversations/')}{log.get_absolute_url()}?at={last}#{last}")
    expect(at_home.get_by_text("Entry 300.").first).to_be_in_viewport()
    return at_home.get_by_role("link", name="Earlier messages")


def test_a_server_that_does_not_answer_is_told_at_the_link_which_asks_again(at_home, earlier, assert_accessible):
    before = at_home.locator("article").count()
    at_home.context.set_offline(True)
    earlier.scroll_into_view_if_needed()
    expect(earlier).to_contain_text("The server did not answer. Press to try again.")
    earlier.press("Enter")
    expect(earlier.get_by_role("status")).to_have_count(1)
    assert_accessible(at_home)

    at_home.context.set_offline(False)
    earlier.press("Enter")
    expect(at_home.get_by_text("The server did not answer.")).to_have_count(0)
    assert at_home.locator("article").count() > before


def test_whoever_was_signed_out_meanwhile_is_led_to_the_sign_in_page_not_shown_it_among_the_messages(
    at_home, earlier, alice
):
    Session.objects.filter(user=alice).delete()
    earlier.scroll_into_view_if_needed()
    expect(earlier).to_contain_text("This could not be loaded. Press to see why.")
    expect(at_home.get_by_label("Password")).to_have_count(0)

    earlier.click()
    at_home.wait_for_url(re.compile(r"/account/login/\?next="))
