"""What somebody shares, looked over and ended in a real browser: by mouse, by keyboard, and without a script."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from sharing.models import DailyViews, ShareLink
from sharing.models.daily_views import today_in_utc
from tests.system.conftest import sign_in_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def links(conversation, alice, bob):
    """One of every kind, the working ones named by number, and somebody let in."""
    soon = timezone.now() + timedelta(days=2)
    made = [ShareLink.objects.share(conversation, title=f"Link {n}", expires_at=soon) for n in range(1, 6)]
    ShareLink.objects.share(conversation, title="Live", is_live=True, password="aperture fever")
    ShareLink.objects.share(conversation, title="Past", expires_at=timezone.now())
    ShareLink.objects.share(conversation, title="Gone").revoke()
    ShareLink.objects.filter(pk=made[0].pk).update(view_count=120, last_viewed_at=timezone.now())
    for ago in range(0, 30, 4):
        DailyViews.objects.create(link=made[0], day=today_in_utc() - timedelta(days=ago), count=ago + 1)
    conversation.people.let_in(bob, "viewer", by=alice)
    return made


@pytest.fixture
def at_shares(links, at_home):
    at_home.get_by_role("link", name="Shared by me").click()
    return at_home


def test_some_are_chosen_and_revoked_and_the_rest_at_once(at_shares):
    page = at_shares
    expect(page.get_by_role("button", name="Revoke", exact=True)).to_be_disabled()
    expect(page.get_by_role("button", name="Copy the address of Link 1")).to_be_enabled()
    page.get_by_label("Select Link 1").check()
    page.get_by_label("Select Link 3").click(modifiers=["Shift"])
    expect(page.locator(".selection__count")).to_have_text("3 selected")
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_text("Revoked 3 links.")).to_be_visible()
    expect(page.get_by_role("link", name="Revoked 4")).to_be_visible()

    page.get_by_role("link", name="Revoke all").click()
    expect(page.get_by_text("3 links", exact=True)).to_be_visible()
    page.get_by_role("button", name="Revoke all").click()
    expect(page.get_by_text("Revoked 4 links. Whoever opens one is told that it ended.")).to_be_visible()
    assert not ShareLink.objects.filter(revoked_at=None).exists()


def test_typing_narrows_the_list_and_what_is_left_works_longer(at_shares, links):
    page = at_shares
    page.get_by_label("Filter by title").press_sequentially("link 2")
    expect(page.locator(".share")).to_have_count(1)
    page.get_by_label("All shown").check()
    page.get_by_role("button", name="30 days longer").click()
    expect(page.get_by_text("1 link may be opened 30 days longer.")).to_be_visible()

    links[1].refresh_from_db()
    assert links[1].expires_at > timezone.now() + timedelta(days=31)


def test_the_address_is_copied(at_shares, links, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    at_shares.get_by_role("button", name="Copy the address of Link 1").click()

    expect(at_shares.locator("copy-button[copied]")).to_have_count(1)
    assert at_shares.evaluate("navigator.clipboard.readText()").endswith(links[0].path)


def test_the_keyboard_does_all_of_it(at_shares):
    page = at_shares
    page.get_by_label("Select Link 5").focus()
    page.keyboard.press("Space")
    expect(page.locator(".selection__count")).to_have_text("1 selected")
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        bar = page.locator(".selection").bounding_box()
        if focused.evaluate("e => !e.closest('.selection')"):
            box = focused.bounding_box()
            assert box["y"] + box["height"] <= bar["y"], "the focus is below the bar"
        elif focused.inner_text() == "Revoke":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("Revoked 1 link.")).to_be_visible()


def test_all_of_it_works_without_a_script(browser, live_server, alice, links):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in_at(page, live_server)
    page.get_by_role("link", name="Shared by me").click()
    page.get_by_label("Select Link 4").check()
    page.get_by_role("button", name="30 days longer").click()
    expect(page.get_by_text("1 link may be opened 30 days longer.")).to_be_visible()
    page.get_by_label("Filter by title").fill("link 5")
    page.get_by_label("Filter by title").press("Enter")
    expect(page.locator(".share")).to_have_count(1)
    page.get_by_label("Select Link 5").check()
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_text("Revoked 1 link.")).to_be_visible()
    page.get_by_role("link", name="Revoke all").click()
    page.get_by_role("button", name="Revoke all").click()
    assert not ShareLink.objects.filter(revoked_at=None).exists()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_no_page_of_it_has_a_fault_that_axe_knows(at_shares, live_server, alice, assert_accessible, scheme, width):
    User.objects.filter(pk=alice.pk).update(is_superuser=True)
    page = at_shares
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    for name, query in (
        ("index", "?state=all"),
        ("index", "?title=zebra"),
        ("revoke_all", ""),
        ("workspace", "?state=all"),
    ):
        page.goto(live_server.url + reverse(f"sharing:{name}") + query)
        if name == "index" and "all" in query:
            page.get_by_label("All shown").check()
        assert_accessible(page)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{page.url} is {overflow}px too wide at {width}"


@pytest.mark.parametrize("width", [1280, 375])
def test_nothing_moves_while_the_page_arrives(at_shares, width):
    page = at_shares
    page.set_viewport_size({"width": width, "height": 800})
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach(e => window.moved += e.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page.reload()
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    assert page.evaluate("window.moved") < 0.001
