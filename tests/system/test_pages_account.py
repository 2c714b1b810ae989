"""The account and error pages, and the frame around every page, in a real browser."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import ApiKey, AuditEvent, User
from config.views import standalone
from conversations.views.account import sign

pytestmark = pytest.mark.django_db(transaction=True)

OUTSIDE = [
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_inactive",
    "account_email_verification_sent",
]
INSIDE = [
    "accounts:index",
    "accounts:sessions",
    "accounts:keys",
    "accounts:new_key",
    "accounts:activity",
    "account_email",
    "account_change_password",
    "account_reauthenticate",
    "account_logout",
    "conversations:account_delete",
]
PASSWORD = "alice's password"
ERRORS = {code: int(code) for code in ("400", "403", "404", "411", "413", "429", "500", "503", "507")}
PHONE = {"width": 375, "height": 812}


@pytest.fixture(autouse=True)
def _no_earlier_tries():
    cache.clear()


@pytest.fixture
def visit(page, live_server):
    def visit(name, *args):
        page.goto(live_server.url + reverse(name, args=args))
        return page

    return visit


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_before_signing_in_are_accessible_and_ours(page, visit, assert_accessible, scheme, settings):
    settings.OPEN_SIGNUP = True
    page.emulate_media(color_scheme=scheme)
    for name in OUTSIDE:
        visit(name)
        expect(page.locator("body.entrance")).to_be_visible()
        assert_accessible(page)
    for name, args in (("account_reset_password_from_key", ["1", "abc"]), ("account_confirm_email", ["xyz"])):
        expect(visit(name, *args).get_by_role("heading", level=1)).to_have_text("This link no longer works")
        assert_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_account_are_accessible_and_ours(at_home, alice, visit, assert_accessible, scheme):
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=True)
    at_home.emulate_media(color_scheme=scheme)
    for name in INSIDE:
        visit(name)
        expect(at_home.get_by_role("heading", level=1)).to_have_count(1)
        assert_accessible(at_home)


def test_no_page_of_the_account_scrolls_sideways_on_a_phone_whatever_one_is_called(at_home, alice, visit):
    longest = f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 49}.example.org"
    EmailAddress.objects.create(user=alice, email=longest, primary=True, verified=True)
    User.objects.update(name=f"<script>alert(1)</script>\u202eمرحبا{'x' * 80}", email=longest)
    at_home.set_viewport_size(PHONE)
    for name in [*INSIDE, "account_logout", "conversations:account_delete"]:
        visit(name)
        assert at_home.evaluate("document.documentElement.scrollWidth") == PHONE["width"], name
    visit("account_email").get_by_role("button", name="Send the confirmation again").click()
    expect(at_home.get_by_role("status")).to_contain_text(longest)
    assert at_home.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_page_needs_no_request_and_no_database(code, django_db_blocker):
    with django_db_blocker.block():
        html = standalone(f"{code}.html", ERRORS[code]).content.decode()

    assert html.count("<h1>") == 1
    assert 'href="/"' in html
    assert ("Try again</a>" in html) == (code in ("500", "503"))
    assert "css/_global.css" in html
    assert "<script" not in html


def test_an_address_where_nothing_is_says_so_and_leads_back(page, live_server, assert_accessible):
    page.expected_faults.append("404 (Not Found)")
    page.goto(f"{live_server.url}/nothing/")

    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    assert_accessible(page)
    page.get_by_role("link", name="Go to the conversations").click()
    page.wait_for_url("**/account/login/**")


def test_a_wrong_password_is_told_in_the_form_and_keeps_the_address(page, alice, visit, assert_accessible):
    visit("account_login")
    page.get_by_label("E-mail").fill("alice@example.org")
    page.get_by_label("Password", exact=True).fill("a guess")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_contain_text("no account with this e-mail address and password")
    expect(page.get_by_label("E-mail")).to_have_value("alice@example.org")
    assert_accessible(page)


def test_slash_and_control_k_go_to_the_search_box(at_home):
    box = at_home.get_by_role("searchbox").first
    at_home.keyboard.press("/")
    expect(box).to_be_focused()
    at_home.keyboard.type("and/or")
    expect(box).to_have_value("and/or")

    box.blur()
    at_home.keyboard.press("Control+k")
    expect(box).to_be_focused()


def test_the_first_tab_offers_to_skip_to_the_content(at_home):
    at_home.keyboard.press("Tab")
    expect(at_home.get_by_role("link", name="Skip to the content")).to_be_focused()
    at_home.keyboard.press("Enter")
    expect(at_home.get_by_role("main")).to_be_focused()


def test_the_theme_is_switched_where_one_is_and_stays(at_home):
    before = at_home.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    at_home.locator(".sidebar__account summary").click()
    at_home.get_by_role("button", name="Dark").click()
    expect(at_home.locator("html")).to_have_attribute("data-theme", "dark")
    at_home.reload()

    assert at_home.evaluate("getComputedStyle(document.body.parentElement).backgroundColor") != before
    assert at_home.url.endswith("/conversations/")


def test_the_menu_closes_on_escape_and_gives_the_focus_back(at_home):
    summary = at_home.locator(".sidebar__account summary")
    summary.click()
    expect(at_home.get_by_role("button", name="Sign out")).to_be_visible()
    at_home.keyboard.press("Escape")

    expect(at_home.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(summary).to_be_focused()


def test_on_a_phone_without_scripts_the_drawer_opens_and_everything_in_it_works(
    browser, live_server, alice, conversation
):
    context = browser.new_context(viewport=PHONE, has_touch=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_label("E-mail").fill("alice@example.org")
    page.get_by_label("Password", exact=True).fill("alice's password")
    page.get_by_role("button", name="Sign in").tap()
    expect(page.locator("#sidebar")).to_be_hidden()

    page.get_by_role("button", name="Open the menu").tap()
    page.locator("#sidebar").get_by_role("link", name="Choosing a telescope").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choosing a telescope")
    page.get_by_role("button", name="Open the menu").tap()
    expect(page.locator("#sidebar [aria-current=page]")).to_contain_text("Choosing a telescope")

    page.locator(".sidebar__account summary").tap()
    page.get_by_role("button", name="Sign out").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    context.close()


def test_the_frame_costs_two_queries_however_much_is_stored(sign_in, alice, django_assert_num_queries):
    client = sign_in(alice)
    with django_assert_num_queries(3):  # session with its user; recent conversations, projects
        client.get(reverse("accounts:index"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_key_is_made_copied_listed_and_revoked(at_home, alice, visit, assert_accessible, scheme):
    at_home.emulate_media(color_scheme=scheme)
    visit("accounts:keys").get_by_role("link", name="Make a key").click()
    at_home.get_by_role("button", name="Make the key").click()
    expect(at_home.get_by_label("Name", exact=True)).to_be_focused()  # the browser's own check, before any request
    at_home.get_by_label("Name", exact=True).fill("laptop")
    at_home.get_by_label("Write, change and delete my conversations").check()
    at_home.get_by_label("Your password").fill("a guess")
    at_home.expected_faults.append("422")
    at_home.get_by_role("button", name="Make the key").click()
    expect(at_home.get_by_text("This is not your password.")).to_be_visible()
    expect(at_home.get_by_label("Write, change and delete my conversations")).to_be_checked()
    assert_accessible(at_home)

    at_home.get_by_label("Your password").fill(PASSWORD)
    at_home.get_by_role("button", name="Make the key").click()
    secret = at_home.locator("#secret").inner_text()
    assert ApiKey.objects.find(secret).user == alice
    assert_accessible(at_home)
    at_home.get_by_role("button", name="Copy").click()
    expect(at_home.locator("copy-button[copied]")).to_be_visible()

    at_home.get_by_role("link", name="I have copied it").click()
    assert_accessible(at_home)
    at_home.get_by_role("link", name="Revoke laptop").click()
    assert_accessible(at_home)
    at_home.get_by_role("button", name="Revoke the key").click()
    expect(at_home.get_by_role("status")).to_contain_text("laptop is revoked")
    expect(at_home.get_by_role("link", name="Revoke laptop")).to_have_count(0)
    assert_accessible(at_home)


def test_another_device_is_signed_out_from_here(at_home, browser, live_server, visit, assert_accessible):
    other = browser.new_context(user_agent="Mozilla/5.0 (iPhone) Version/19.0 Mobile Safari/604.1").new_page()
    other.goto(live_server.url + reverse("account_login"))
    other.get_by_label("E-mail").fill("alice@example.org")
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url("**/conversations/")

    visit("accounts:sessions")
    assert_accessible(at_home)
    at_home.get_by_role("button", name="Sign out Safari on iPhone").click()
    expect(at_home.get_by_role("status")).to_contain_text("Signed out there.")
    other.reload()
    expect(other.get_by_role("heading", level=1)).to_have_text("Sign in")
    other.context.close()


def test_whoever_read_a_conversation_is_listed_and_the_page_fits_a_phone(
    at_home, conversation, visit, assert_accessible
):
    root = User.objects.create_superuser("root@example.org", "root's password", name="Root")
    AuditEvent.record("conversation.read", actor=root, target=conversation, reason="Support request 4711, " + "x" * 200)
    ApiKey.objects.mint(workspace=conversation.workspace, user=conversation.owner, name="y" * 120)
    at_home.set_viewport_size(PHONE)
    for name in ("accounts:activity", "accounts:keys"):
        visit(name)
        assert_accessible(at_home)
        assert at_home.evaluate("document.documentElement.scrollWidth") == PHONE["width"], name

    visit("accounts:activity").get_by_role("link", name="Choosing a telescope").last.click()
    expect(at_home.get_by_role("heading", level=1)).to_have_text("Choosing a telescope")


def test_a_password_is_reset_on_a_phone_without_scripts_by_keyboard_alone(browser, live_server, alice):
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_role("link", name="Forgotten your password?").press("Enter")
    page.get_by_label("E-mail").press_sequentially("alice@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")

    link = re.search(r"http\S+", mail.outbox[-1].body)[0]
    page.goto(link)
    page.keyboard.press("Tab")  # the brand
    page.keyboard.press("Tab")
    page.keyboard.type("quite another one")
    page.keyboard.press("Tab")
    page.keyboard.type("quite another one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.get_by_role("status")).to_contain_text("Password changed.")

    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link no longer works")
    context.close()


def test_an_account_is_deleted_on_a_phone_without_scripts_by_keyboard_alone(browser, live_server, alice, conversation):
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + reverse("account_login") + "?next=" + reverse("accounts:index"))
    page.get_by_label("E-mail").fill("alice@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Delete my account").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete your account?")
    page.get_by_label("Your password").fill("a guess")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This is not your password.")).to_be_visible()

    page.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account is gone")
    expect(page.locator(".facts")).to_contain_text("Messages2")
    assert not User.objects.filter(pk=alice.pk).exists()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_last_page_of_an_account_is_accessible(page, live_server, assert_accessible, scheme):
    page.emulate_media(color_scheme=scheme)
    gone = dict.fromkeys(("conversations", "messages", "attachments", "imports"), 1_234_567)
    page.goto(f"{live_server.url}{reverse('conversations:account_deleted')}?gone={sign(gone)}")

    expect(page.locator(".facts")).to_contain_text("1,234,567")
    assert_accessible(page)
