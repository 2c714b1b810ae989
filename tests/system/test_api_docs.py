import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_api_is_read_and_tried_in_a_browser_with_a_key(page, live_server, alice, key_of):
    opened(page, live_server)
    page.locator("button.authorize").click()
    page.get_by_label("auth-bearer-value").fill(key_of(alice))
    page.locator("form", has_text="Bearer").get_by_label("Apply credentials").click()
    page.locator(".close-modal").click()

    page.locator("#operations-tag-me").click()
    who_am_i = page.locator(".opblock", has_text="/v1/me")
    who_am_i.locator(".opblock-summary-control").click()
    who_am_i.locator(".execute").click()

    expect(who_am_i.locator(".live-responses-table")).to_contain_text("alice@example.org")


def test_on_a_phone_nothing_is_cut_off_and_at_night_it_is_dark(page, live_server):
    page.set_viewport_size({"width": 375, "height": 812})
    page.emulate_media(color_scheme="dark")
    opened(page, live_server)
    page.locator("#operations-tag-items").click()
    add = page.locator("#operations-items-postItems")
    add.locator(".opblock-summary-control").click()

    expect(add.locator(".body-param__text")).to_have_value(re.compile("Which telescope should I buy"))
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert max(int(part) for part in re.findall(r"[0-9]+", paper)[:3]) < 80
    page.get_by_role("link", name="Parley", exact=True).click()
    expect(page).not_to_have_url(re.compile("docs"))


def opened(page, live_server):
    page.goto(f"{live_server.url}/v1/docs")
    expect(page.locator(".opblock-tag").first).to_be_visible()
