"""How people find their way inside one conversation, in a browser."""

import re

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation

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


def test_a_very_long_outline_comes_after_the_page(at_log, log):
    for n in range(301, 451):
        log.append("user", f"Entry {n}.")
    at_log.reload()
    rail = at_log.get_by_role("complementary", name="Outline")

    expect(rail.get_by_role("link", name="Entry 450.")).to_be_attached()
    expect(rail.get_by_role("link", name="Entry 399.")).to_have_count(0)
    rail.get_by_role("link", name="Earlier questions").click()
    expect(rail.get_by_role("link", name="Entry 399.")).to_be_attached()
    expect(rail.get_by_role("link", name="Earlier questions")).to_have_count(0)


def test_finding_walks_through_a_conversation_by_keyboard(at_log):
    at_log.keyboard.press("f")
    at_log.keyboard.type("entry fair")
    at_log.keyboard.press("Enter")

    expect(at_log.locator(".find [role=status]")).to_have_text("1 of 300")
    expect(at_log.locator(".message.is-found")).to_contain_text("Entry 1.")
    at_log.get_by_label("Next match").press("Enter")
    expect(at_log.locator(".find [role=status]")).to_have_text("2 of 300")
    expect(at_log.locator(".message.is-found mark").first).to_be_in_viewport()

    at_log.keyboard.press("Control+Shift+F")
    at_log.keyboard.type("200")
    at_log.keyboard.press("Enter")
    expect(at_log.locator(".find [role=status]")).to_have_text("1 of 1")
    expect(at_log.locator(".message.is-found mark")).to_be_in_viewport()
    at_log.get_by_label("Stop finding").click()
    expect(at_log.locator(".find [role=status]")).to_have_count(0)
    expect(at_log.locator(".message.is-found")).to_contain_text("Entry 200.")


@pytest.mark.parametrize("width", [1280, 375])
def test_a_thread_in_any_state_has_no_fault_that_axe_knows(at_log, log, assert_accessible, width):
    at_log.set_viewport_size({"width": width, "height": 800})
    path = at_log.url.split("#")[0]
    log.reply(1, "assistant", "Another first answer.")
    log.reply(150, "user", "Another question.")
    for address in [f"{path}?find=entry", f"{path}?find=quasar", f"{path}outline/", f"{path}branches/"]:
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
    at_log.get_by_role("link", name="2 branches").click()
    expect(at_log.locator(".lane.is-active")).to_have_count(2)

    at_log.get_by_role("button", name="Make").click()

    expect(at_log.locator(".message", has_text="Entry 300.")).to_be_attached()
    at_log.get_by_role("link", name="2 branches").click()
    at_log.get_by_role("link", name="Another first answer.").click()
    expect(at_log.locator(".message.is-found")).to_contain_text("Another first answer.")
    expect(at_log.get_by_text("This is another branch")).to_be_visible()


def test_on_paper_there_is_the_text_and_nothing_to_press(at_log):
    at_log.get_by_role("link", name="All for printing").click()
    expect(at_log.locator("article")).to_have_count(300)

    at_log.emulate_media(media="print")

    expect(at_log.locator("article").last).to_be_visible()
    for chrome in (".rail", ".sidebar", ".find", ".thread__composer", ".thread-header__actions", ".message__actions"):
        expect(at_log.locator(chrome).first).to_be_hidden()
