"""How people find their way inside one conversation, in a browser."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation, Message
from tests.system.conftest import is_foreign, sign_in_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def log(alice):
    """300 messages, every other one a question; the first answer was given twice."""
    log = Conversation.objects.start(alice, title="Observation log")
    for n in range(1, 301):
        log.append("user" if n % 2 else "assistant", f"Entry {n}. Seeing was fair, and the sky was dark enough.")
    return log


@pytest.fixture
def at_log(at_home, log):
    at_home.goto(at_home.url.removesuffix("/conversations/") + log.get_absolute_url())
    return at_home


def test_the_outline_leads_to_a_question_that_is_not_loaded_and_marks_where_one_reads(at_log):
    rail = at_log.get_by_role("complementary", name="Outline")
    expect(rail.get_by_role("link")).to_have_count(150)

    rail.get_by_role("link", name="Entry 41.").click()

    expect(at_log.locator(".message.is-found")).to_contain_text("Entry 41.")
    expect(at_log.locator(".message.is-found")).to_be_in_viewport()
    expect(rail.locator("[aria-current=true]")).to_contain_text("Entry 41.")
    expect(rail.locator("[aria-current=true]")).to_be_in_viewport()

    rail.get_by_role("link", name="Entry 61.").click()
    expect(at_log).to_have_url(re.compile(r"at=.*#"))
    expect(at_log.locator("article", has_text="Entry 61.")).to_be_in_viewport()
    expect(rail.locator("[aria-current=true]")).to_contain_text("Entry 61.")


def test_on_a_phone_the_outline_is_a_drawer_that_closes_behind_a_choice(at_log):
    at_log.set_viewport_size({"width": 375, "height": 800})
    rail = at_log.locator("#rail")
    expect(rail).to_be_hidden()
    at_log.get_by_role("button", name="Open the outline").click()
    expect(rail).to_be_visible()

    rail.get_by_role("link", name="Entry 281.").click()

    expect(rail).to_be_hidden()
    expect(at_log.locator("article", has_text="Entry 281.")).to_be_in_viewport()


@pytest.mark.parametrize("width", [768, 1090, 1100, 1920])
def test_the_outline_or_its_button_stands_beside_the_text_at_any_width(at_log, width):
    at_log.set_viewport_size({"width": width, "height": 800})
    text = at_log.locator("#messages").bounding_box()
    beside = at_log.locator(".rail-toggle" if width < 1100 else "#rail").bounding_box()

    assert 0 <= beside["x"] - (text["x"] + text["width"]) <= 64
    assert text["width"] >= 400


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def on_a_phone(at_home, browser, log, request):
    """Alice at the same log, with her thumb."""
    context = browser.new_context(viewport={"width": 375, "height": 800}, has_touch=True, is_mobile=True,
                                  java_script_enabled=request.param,
                                  storage_state=at_home.context.storage_state())  # fmt: skip
    page = context.new_page()
    page.goto(at_home.url.removesuffix("/conversations/") + log.get_absolute_url() + "?start")
    yield page
    context.close()


def test_on_touch_what_one_does_with_a_message_is_a_menu_that_moves_nothing(on_a_phone):
    first, second = on_a_phone.locator("article").nth(0), on_a_phone.locator("article").nth(1)
    before = [first.bounding_box(), second.bounding_box()]
    button = first.get_by_label("Actions", exact=True)
    expect(on_a_phone.get_by_label("Copy as Markdown").locator("visible=true")).to_have_count(0)

    button.tap()

    expect(first.get_by_role("link", name="Edit this message")).to_be_visible()
    assert [first.bounding_box(), second.bounding_box()] == before
    for target in (button, *first.locator(".message__actions a").all()):
        assert min(target.bounding_box()["width"], target.bounding_box()["height"]) >= 40
    button.tap()
    expect(first.get_by_role("link", name="Edit this message")).to_be_hidden()
    button.tap()
    on_a_phone.locator("article").nth(2).get_by_label("Actions", exact=True).tap()
    expect(on_a_phone.get_by_role("link", name="Edit this message").locator("visible=true")).to_have_count(1)


@pytest.mark.parametrize("width", [375, 768])
def test_where_room_is_short_the_menu_is_opened_and_left_by_keyboard(at_log, log, width):
    log.append("assistant", "Once more.", model="a-model-with-a-name")
    at_log.set_viewport_size({"width": width, "height": 800})
    at_log.reload()
    message = at_log.locator("article").last
    assert message.locator(".message__byline").bounding_box()["height"] == 28
    button, copy = message.get_by_label("Actions", exact=True), message.get_by_role("link", name="Copy as Markdown")

    button.focus()
    at_log.keyboard.press("Enter")
    at_log.keyboard.press("Tab")

    expect(copy).to_be_focused()
    at_log.keyboard.press("Escape")
    expect(copy).to_be_hidden()
    expect(button).to_be_focused()
    at_log.keyboard.press("Enter")
    for _ in range(message.locator(".message__actions a").count() + 1):
        at_log.keyboard.press("Tab")
    expect(copy).to_be_hidden()
    button.click()
    expect(copy).to_be_visible()
    at_log.get_by_role("heading", level=1).click()
    expect(copy).to_be_hidden()


def test_control_and_enter_send_what_one_writes_once(at_log, log):
    at_log.get_by_label("Add a message").fill("Packed up.")
    at_log.keyboard.press("Enter")
    at_log.keyboard.type("Dew on everything.")
    at_log.keyboard.press("Control+Enter")
    at_log.keyboard.press("Control+Enter")

    expect(at_log.locator("article").last).to_contain_text("Packed up. Dew on everything.")
    at_log.wait_for_load_state("networkidle")
    log.refresh_from_db()
    assert (log.message_count, log.branch_count) == (301, 1)


def test_a_message_that_is_refused_is_shown_where_one_wrote_it(at_log):
    at_log.expected_faults = ["status of 422"]
    at_log.get_by_label("Add a message").fill("   ")
    at_log.get_by_role("button", name="Add", exact=True).click()

    expect(at_log.locator(".field__error")).to_be_in_viewport()
    expect(at_log.get_by_label("Add a message")).to_be_in_viewport()


def test_a_very_long_outline_has_every_day_and_more_lines_where_they_are_asked_for(at_log, log):
    Conversation.objects.filter(pk=log.pk).update(message_count=1_001)  # as if there were other branches
    at_log.reload()
    rail = at_log.get_by_role("complementary", name="Outline")

    expect(rail.get_by_role("link", name="Entry 299.")).to_be_attached()
    expect(rail.get_by_role("link", name="Entry 249.")).to_have_count(0)
    rail.get_by_role("link", name="Earlier questions").click()
    expect(rail.get_by_role("link", name="Entry 249.")).to_be_attached()
    expect(rail.get_by_role("link", name="Earlier questions")).to_have_count(0)

    rail.get_by_role("navigation", name="Days").get_by_role("link").first.click()
    expect(at_log.locator(".message.is-found")).to_contain_text("Entry 1.")


@pytest.fixture
def errand(alice):
    """A question, two steps on the way to its answer, and the answer."""
    errand = Conversation.objects.start(alice, title="Errand")
    errand.append("user", "What does it weigh?")
    for text in ("scale()", "weigh()"):
        errand.append("assistant", text, parts=[{"type": "tool_call", "name": "python", "text": text}])
    errand.append("assistant", "Four kilograms.")
    return errand


def gaps(page):
    """Between each article and the next, in pixels."""
    boxes = [article.bounding_box() for article in page.locator("article").all()]
    return [round(below["y"] - above["y"] - above["height"]) for above, below in pairwise(boxes)]


def test_steps_stand_close_to_the_answer_they_led_to(at_home, errand):
    at_home.goto(at_home.url.removesuffix("/conversations/") + errand.get_absolute_url())

    assert gaps(at_home) == [32, 16, 16]


def test_finding_walks_through_a_conversation_by_keyboard(at_log):
    at_log.keyboard.press("f")
    at_log.keyboard.type("entry fair")
    at_log.keyboard.press("Enter")

    expect(at_log.locator(".find [role=status]")).to_have_text("1 of 300")
    expect(at_log.locator(".message.is-found")).to_contain_text("Entry 1.")
    at_log.get_by_label("Next match").press("Enter")
    expect(at_log.locator(".find [role=status]")).to_have_text("2 of 300")
    expect(at_log.locator(".message.is-found mark").first).to_be_in_viewport()
    at_log.keyboard.press("n")
    expect(at_log.locator(".find [role=status]")).to_have_text("3 of 300")
    at_log.keyboard.press("Shift+N")
    expect(at_log.locator(".find [role=status]")).to_have_text("2 of 300")

    at_log.keyboard.press("Control+Shift+F")
    at_log.keyboard.type("200")
    at_log.keyboard.press("Enter")
    expect(at_log.locator(".find [role=status]")).to_have_text("1 of 1")
    expect(at_log.locator(".message.is-found mark")).to_be_in_viewport()
    at_log.get_by_label("Stop finding").click()
    expect(at_log.locator(".find [role=status]")).to_have_count(0)
    expect(at_log.locator(".message.is-found")).to_contain_text("Entry 200.")


def test_on_a_phone_what_is_found_is_not_below_the_row_that_says_so(on_a_phone):
    on_a_phone.goto(on_a_phone.url.replace("?start", "?find=150"))

    found, row = on_a_phone.locator(".is-found").bounding_box(), on_a_phone.locator(".find").bounding_box()
    assert found["y"] >= row["y"] + row["height"]
    assert row["height"] < 60


def test_on_a_phone_the_line_beside_what_is_found_is_in_the_window(on_a_phone):
    for number in (149, 150):  # a question and an answer
        on_a_phone.goto(re.sub(r"\?.*", f"?find={number}", on_a_phone.url))
        line = (
            "article => article.getBoundingClientRect().left + parseFloat(getComputedStyle(article, '::before').left)"
        )
        assert on_a_phone.locator(".is-found").evaluate(line) >= 0


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_on_a_phone_the_bar_repeats_a_title_that_is_out_of_sight_and_no_other(at_home, log, motion):
    short, page = Conversation.objects.start(log.owner, title="Short"), at_home
    page.emulate_media(reduced_motion=motion)
    page.set_viewport_size({"width": 375, "height": 800})
    title = page.locator(".topbar__title")
    address = page.url.removesuffix("/conversations/")

    page.goto(address + short.get_absolute_url())
    expect(title).to_have_css("opacity", "0")
    page.goto(address + log.get_absolute_url())
    expect(title).to_have_css("opacity", "1")


def test_lists_in_a_message_are_marked_as_if_it_stood_alone(at_home, alice):
    lists = Conversation.objects.start(alice, title="Lists")
    lists.append("assistant", "- one\n  - two\n    - three\n\nand\n\n1. first\n   - second")
    at_home.goto(at_home.url.removesuffix("/conversations/") + lists.get_absolute_url())

    marks = at_home.locator(".prose ul").evaluate_all(
        "lists => lists.map(list => getComputedStyle(list).listStyleType)"
    )
    assert marks == ["disc", "circle", "square", "circle"]


@pytest.mark.parametrize("width", [1280, 375])
def test_a_thread_in_any_state_has_no_fault_that_axe_knows(at_log, log, assert_accessible, width):
    at_log.set_viewport_size({"width": width, "height": 800})
    path = at_log.url.split("#")[0]
    log.reply(1, "assistant", "Another first answer.")
    log.reply(150, "user", "Another question.")
    log.append("assistant", "One answer to it.")
    log.reply(302, "assistant", "Another answer to it.")
    message = log.messages.get(position=1)
    message.edit("Entry 1, in other words.", by=message.owner)
    pages = ["", "?find=entry", "?find=quasar", "outline/", "branches/", "branches/new/", "chronological/?before=302"]
    pages += ["threaded/", *(f"messages/{message.typeid}/{page}/" for page in ("edit", "versions", "delete"))]
    for address in [path + page for page in pages]:
        at_log.goto(address)
        assert_accessible(at_log)
        overflow = at_log.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{address} is {overflow}px too wide at {width}"


def test_a_message_its_link_and_its_code_are_copied(at_log, log):
    log.append("assistant", "Use **this**:\n\n```python\nprint(1)\n```\n")
    at_log.context.grant_permissions(["clipboard-read", "clipboard-write"])
    at_log.reload()
    message = at_log.locator("article").last
    before = message.bounding_box()

    def copied(name):
        message.get_by_label(name).click()
        expect(message.locator("copy-button[copied]").filter(has=at_log.get_by_label(name))).to_be_visible()
        return at_log.evaluate("navigator.clipboard.readText()")

    assert copied("Copy as Markdown") == "Use **this**:\n\n```python\nprint(1)\n```\n"
    assert copied("Copy link") == at_log.url.split("#")[0] + f"?at={log.messages.get(position=301).typeid}" + (
        f"#{log.messages.get(position=301).typeid}"
    )
    assert copied("Copy code") == "print(1)\n"
    assert message.bounding_box()["height"] == before["height"]


def test_another_branch_is_chosen_on_the_map(at_log, log):
    log.reply(1, "assistant", "Another first answer.")
    at_log.reload()
    at_log.get_by_role("link", name="Map").click()
    expect(at_log.locator(".lane.is-active")).to_have_count(2)

    at_log.get_by_role("button", name="Make").click()

    expect(at_log.locator(".message", has_text="Entry 300.")).to_be_attached()
    at_log.get_by_role("link", name="Map").click()
    at_log.get_by_role("link", name="Another first answer.").click()
    expect(at_log.locator(".message.is-found")).to_contain_text("Another first answer.")
    expect(at_log.get_by_text("Another branch")).to_be_visible()


def test_one_steps_through_a_thread_by_keys(at_log, log):
    log.reply(140, "user", "Another question 141.")
    new = log.messages.get(position=301)
    at_log.goto(at_log.url.split("?")[0].split("#")[0] + f"?at={new.typeid}#{new.typeid}")
    expect(at_log.locator(".message.is-found")).to_be_in_viewport()

    at_log.keyboard.press("k")
    expect(at_log.locator("article:focus")).to_contain_text("Entry 140.")
    at_log.keyboard.press("K")
    expect(at_log.locator("article:focus")).to_contain_text("Entry 139.")
    at_log.keyboard.press("J")
    expect(at_log.locator("article:focus")).to_contain_text("Another question 141.")
    at_log.keyboard.press("[")
    expect(at_log.locator(".message.is-found")).to_contain_text("Entry 141.")
    at_log.keyboard.press("j")
    expect(at_log.locator("article:focus")).to_contain_text("Entry 142.")
    expect(at_log.locator("article:focus")).to_be_in_viewport()
    for _ in range(60):  # beyond what was loaded
        at_log.keyboard.press("j")
    expect(at_log.locator("article", has_text="Entry 190.")).to_be_attached()
    at_log.get_by_label("Find in this conversation").last.fill("j")
    expect(at_log.locator("article:focus")).to_have_count(0)


SHIFTS = """() => {
  window.shifts = []
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.shifts.push(
    entry.value + " " + entry.sources.map((source) => source.node?.outerHTML?.slice(0, 60)).join(" "),
  ))).observe({ type: "layout-shift", buffered: true })
}"""


def test_versions_are_compared_where_they_stand_by_keyboard_and_nothing_moves(at_log, log):
    """Beside each other, in their place: the version that is switched to comes to where the other one was."""
    log.reply(140, "user", "Another question 141.")
    log.append("assistant", "Another answer.")
    new, old = log.messages.get(position=301), log.messages.get(position=141)
    at_log.goto(at_log.url.split("?")[0].split("#")[0] + f"?at={new.typeid}#{new.typeid}")
    at_log.evaluate("window.scrollBy(0, -200)")
    at_log.evaluate(SHIFTS)
    place = at_log.locator(".message.is-found")
    before = place.bounding_box()["y"]

    place.get_by_label("Previous version").focus()
    at_log.keyboard.press("Enter")

    expect(place).to_contain_text("Entry 141.")
    expect(at_log).to_have_url(re.compile(f"at={old.typeid}#{old.typeid}"))
    assert at_log.get_by_text("Another branch, MAIN_").is_visible()  # it came along
    assert abs(place.bounding_box()["y"] - before) < 1
    expect(place.get_by_label("Next version")).to_be_focused()

    at_log.keyboard.press("Enter")

    expect(place).to_contain_text("Another question 141.")
    expect(at_log.get_by_text("The active one of 2 branches")).to_be_attached()
    assert abs(place.bounding_box()["y"] - before) < 1
    assert at_log.evaluate("window.shifts.filter((shift) => parseFloat(shift) > 0.005)") == []

    at_log.go_back()
    expect(at_log.locator(".message.is-found")).to_contain_text("Entry 141.")


def test_a_thread_of_ten_thousand_is_read_from_its_middle_and_nothing_moves(at_home, alice):
    long = Conversation.objects.start(alice, title="Ten thousand")
    Message.objects.bulk_create(
        Message(conversation=long, workspace=alice.workspace, owner=alice, position=n, parent_position=n - 1 or None,
                role="user" if n % 2 else "assistant", text=f"Number {n}. " + "word " * 40) for n in range(1, 10_001)
    )  # fmt: skip
    long.branches.update(tip_position=10_000)
    Conversation.objects.filter(pk=long.pk).update(
        tip_position=10_000, next_position=10_001, message_count=10_000, length=10_000, turns=10_000
    )
    middle = long.messages.get(position=5_001)
    page = at_home
    page.goto(f"{page.url.removesuffix('/conversations/')}{long.get_absolute_url()}?at={middle.typeid}#{middle.typeid}")
    article = page.locator("article", has_text="Number 5001.")
    expect(article).to_be_in_viewport()
    page.evaluate(SHIFTS)

    page.locator(".thread > li").first.evaluate("(row) => row.scrollIntoView()")
    expect(page.locator("article", has_text="Number 4950.")).to_be_attached()
    page.locator("#messages > li").last.evaluate("(row) => row.scrollIntoView()")
    expect(page.locator("article", has_text="Number 5090.")).to_be_attached()
    expect(page.locator(".thread__day")).to_have_count(1)  # all of it was said on one day

    article.scroll_into_view_if_needed()
    expect(article).to_be_in_viewport()
    assert page.evaluate("window.shifts.filter((shift) => parseFloat(shift) > 0.005)") == []
    page.get_by_role("link", name="Beginning").click()
    expect(page.locator("article").first).to_contain_text("Number 1.")


def test_without_a_script_everything_of_a_thread_is_a_link_or_a_form(browser, live_server, alice, log):
    log.reply(140, "user", "Another question 141.")
    log.append("assistant", "```\n" + "x" * 200 + "\n```\n\n![far](https://example.com/far.png)")
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800})
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if is_foreign(request.url) else None)
    sign_in_at(page, live_server)
    home = live_server.url + log.get_absolute_url()

    page.goto(home)
    page.get_by_role("link", name="Earlier messages").click()
    expect(page.locator("article").first).to_contain_text("Entry 43.")
    page.goto(home)
    page.get_by_label("Previous version").click()
    expect(page.locator(".message.is-found")).to_contain_text("Entry 141.")
    expect(page.locator(".message.is-found")).to_be_in_viewport()
    page.get_by_role("link", name="Go to the active one").click()
    listing = page.locator("figure.code pre")
    wide = "(pre) => pre.scrollWidth > pre.clientWidth"
    assert listing.evaluate(wide)
    page.get_by_label("Wrap").check()
    assert not listing.evaluate(wide)
    expect(page.get_by_role("link", name="far")).to_have_attribute("target", "_blank")

    page.get_by_role("link", name="Chronological").click()
    page.get_by_role("link", name="Later messages").click()
    expect(page.locator("article").first).to_contain_text("Entry 51.")
    page.get_by_role("link", name="Threaded").click()
    page.get_by_role("link", name="Entry 150.").click()
    expect(page.locator(".message.is-found")).to_contain_text("Entry 150.")

    page.locator(".message.is-found").get_by_label("Actions", exact=True).click()
    page.locator(".message.is-found").get_by_label("Edit this message").click()
    page.get_by_label("Text").fill("Entry 150, in other words.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".message.is-found")).to_contain_text("in other words")
    page.get_by_role("link", name="edited").click()
    expect(page.locator(".versions")).to_contain_text("Entry 150. Seeing was fair")
    page.get_by_role("link", name="this message").click()
    page.locator(".message.is-found").get_by_label("Actions", exact=True).click()
    page.locator(".message.is-found").get_by_label("Edit this message").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator(".message.is-found")).to_contain_text("Entry 149.")
    expect(page.get_by_text("in other words")).to_have_count(0)
    assert asked == []
    context.close()


def test_on_paper_there_is_the_text_and_nothing_to_press(at_log):
    at_log.get_by_label("More for this conversation").click()
    at_log.get_by_role("link", name="All for printing").click()
    expect(at_log.locator("article")).to_have_count(300)

    at_log.emulate_media(media="print")

    expect(at_log.locator("article").last).to_be_visible()
    for chrome in (".rail", ".sidebar", ".find", ".thread__composer", ".thread-header__actions", ".message__actions"):
        expect(at_log.locator(chrome).first).to_be_hidden()
