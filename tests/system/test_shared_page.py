"""The page behind a link in a stranger's browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation
from sharing import pages
from sharing.models import ShareLink
from tests.screenshots.camera import TOO_WIDE, WATCH_LAYOUT
from tests.system.conftest import sign_in_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def log(alice):
    log = Conversation.objects.start(alice, title="Observation log")
    for n in range(1, 13):
        text = f"Entry {n}. Seeing was fair.\n\n```python\nprint({n})\n```\n\n$$e^{{i\\pi}} = -1$$"
        log.append("user" if n % 2 else "assistant", text)
    return log


def path_of(server, log, **asked):
    return server.url + ShareLink.objects.share(log, **asked).path


def test_a_stranger_reads_on_a_phone_and_leaves_no_trace(page, live_server, log, assert_accessible):
    page.set_viewport_size({"width": 375, "height": 800})
    page.add_init_script(WATCH_LAYOUT)
    page.goto(path_of(live_server, log))

    expect(page.get_by_role("heading", level=1)).to_have_text("Observation log")
    expect(page.locator("math").first).to_be_visible()
    assert page.evaluate(TOO_WIDE) == 0
    assert_accessible(page)
    assert page.evaluate("window.shifted")["by"] < 0.01  # before somebody unfolds something, which moves the rest
    page.locator("summary", has_text="Contents").click()
    page.get_by_role("navigation", name="Contents").get_by_role("link", name="Entry 11.").click()
    expect(page.locator("article", has_text="Entry 11.")).to_be_in_viewport()
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        assert_accessible(page)


def test_at_a_desk_the_outline_marks_where_one_reads(page, live_server, log):
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(path_of(live_server, log))
    outline = page.get_by_role("complementary", name="Outline")

    outline.get_by_role("link", name="Entry 7.").click()

    expect(page.locator("article", has_text="Entry 7.")).to_be_in_viewport()
    expect(outline.locator("[aria-current=true]")).to_contain_text("Entry 7.")


LOOK = """() => [...document.querySelectorAll("body, body *")].flatMap(element =>
  [null, "::before", "::after"].map(part => {
    const style = getComputedStyle(element, part)
    return element.outerHTML.slice(0, 80) + [...style].map(name => name + ":" + style.getPropertyValue(name)).join(";")
  }))"""
ADD = """async addresses => {
  const links = addresses.map(href => Object.assign(document.createElement("link"), {rel: "stylesheet", href}))
  await Promise.all(links.map(link => new Promise(done => { link.onload = done; document.head.append(link) })))
}"""


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("asked", [{}, {"password": "aperture fever"}])
def test_the_style_sheets_that_are_left_out_would_change_nothing(page, live_server, log, width, asked):
    page.expected_faults.append("403")
    log.append("assistant", "Dark.", parts=[
        {"type": "thinking", "thinking": "Whether the sky is dark."},
        {"type": "tool_call", "id": "1", "name": "weather", "arguments": "{}"},
        {"type": "text", "text": "| a | b |\n|---|---|\n| 1 | 2 |\n\n> A word\n\n![Moon](https://moon.example/m.png)"},
    ])  # fmt: skip
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path_of(live_server, log, **asked))
    page.evaluate("document.fonts.ready.then(() => true)")
    look = page.evaluate(LOOK)
    loaded = page.evaluate("[...document.styleSheets].map(sheet => sheet.href.split('/').at(-1))")

    names = re.findall(r"css/(\w[\w-]*\.css)", Path("templates/_styles.html").read_text())
    left_out = [name for name in names if name not in loaded]
    assert len(loaded) + len(left_out) == len(names)
    page.evaluate(ADD, [f"/static/css/{name}" for name in left_out])

    changed = [was[:80] for was, now in zip(look, page.evaluate(LOOK), strict=True) if was != now]
    assert changed == []


def test_code_and_all_of_it_are_copied(page, live_server, log):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(path_of(live_server, log))
    page.locator("figure.code").first.hover()
    page.get_by_role("button", name="Copy code").first.click()
    expect(page.locator("figure.code copy-button[copied]")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()").strip() == "print(1)"

    page.get_by_role("link", name="Copy as Markdown").click()

    expect(page.locator(".shared__copy[copied]")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()").startswith("# Observation log\n\n## User\n\nEntry 1.")


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_a_script_parts_and_markdown_are_links(page, live_server, log, monkeypatch):
    monkeypatch.setattr(pages, "WINDOW", 4)
    page.goto(path_of(live_server, log))
    expect(page.locator("article")).to_have_count(4)

    page.get_by_role("link", name="Later messages").click()
    expect(page.locator("article").first).to_contain_text("Entry 5.")
    page.get_by_role("navigation", name="Parts").get_by_role("link", name="Part 3").click()
    expect(page.locator("article").last).to_contain_text("Entry 12.")
    expect(page.get_by_role("link", name="Later messages")).to_have_count(0)
    page.get_by_role("link", name="Earlier messages").click()
    expect(page.locator("article").first).to_contain_text("Entry 5.")


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_password_opens_it_for_this_browser(page, live_server, log):
    page.expected_faults.append("403")
    page.goto(path_of(live_server, log, password="aperture fever"))
    expect(page).to_have_title("A password is needed · Parley")
    assert "Observation" not in page.content()
    page.get_by_label("Password").fill("aperture")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_have_text("That is not the password of this link.")

    page.get_by_label("Password").fill("aperture fever")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Observation log")
    [cookie] = page.context.cookies()
    assert (cookie["name"], cookie["path"], cookie["httpOnly"], cookie["expires"]) == (
        "share", page.url.removeprefix(live_server.url), True, -1,
    )  # fmt: skip
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Observation log")


def test_whoever_wants_to_go_on_signs_in_and_has_it(page, live_server, log, charlie):
    page.goto(path_of(live_server, log, read_only=False))
    page.get_by_role("link", name="Continue this conversation").click()
    page.locator("[name=login]").fill("charlie@example.org")
    page.locator("[name=password]").fill("charlie's password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("main")).to_contain_text("12 messages will be copied")

    page.get_by_role("button", name="Copy and continue").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Observation log")
    expect(page.locator(".chip", has_text="From a shared link")).to_be_visible()
    page.get_by_label("Add a message").fill("And tonight?")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("article").last).to_contain_text("And tonight?")
    assert log.messages.count() == 12
    assert Conversation.objects.get(owner=charlie).messages.count() == 13


def test_it_is_printed_without_what_is_for_the_screen(page, live_server, log):
    page.goto(path_of(live_server, log, read_only=False))
    page.emulate_media(media="print")

    for there in (page.get_by_role("heading", level=1), page.locator("article").first):
        expect(there).to_be_visible()
    for gone in (".shared__actions", ".shared__rail", ".shared__contents"):
        expect(page.locator(gone)).to_be_hidden()


def test_its_owner_sees_it_as_strangers_do(page, live_server, log, alice):
    sign_in_at(page, live_server)
    page.wait_for_url("**/conversations/")
    page.goto(path_of(live_server, log))

    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    expect(page.get_by_text("Alice")).to_have_count(0)
