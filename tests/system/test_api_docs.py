import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_api_is_read_and_tried_in_a_browser_with_a_key(page, live_server, alice, key_of):
    page.goto(f"{live_server.url}/v1/docs")
    page.locator("button.authorize").click()
    page.get_by_label("auth-bearer-value").fill(key_of(alice))
    page.get_by_label("Apply credentials").click()
    page.locator(".close-modal").click()

    page.locator("#operations-tag-me").click()
    who_am_i = page.locator(".opblock", has_text="/v1/me")
    who_am_i.locator(".opblock-summary-control").click()
    who_am_i.locator(".execute").click()

    expect(who_am_i.locator(".live-responses-table")).to_contain_text("alice@example.org")
