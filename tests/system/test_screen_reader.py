"""The pages as a screen reader gets them: the browser's own tree of roles, names and states."""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation
from projects.models import Project
from sharing.models import ShareLink

pytestmark = pytest.mark.django_db(transaction=True)

LANDMARKS = {"banner", "complementary", "contentinfo", "main", "navigation", "region", "search"}
CONTROLS = {"button", "checkbox", "combobox", "DisclosureTriangle", "link", "searchbox", "textbox"}


@dataclass
class Node:
    """`inside`: the landmark nearest to it."""

    role: str
    name: str
    inside: str
    states: dict


def heard(page):
    """Everything on the page in the order in which it is read."""
    session = page.context.new_cdp_session(page)
    session.send("Accessibility.enable")
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    by_id, told = {node["nodeId"]: node for node in nodes}, []

    def read(node, inside):
        role, name = node["role"]["value"], node.get("name", {}).get("value", "")
        if not node["ignored"]:
            states = {state["name"]: state["value"].get("value") for state in node.get("properties", ())}
            told.append(Node(role, name, inside, states))
        inside = role if role in LANDMARKS and not node["ignored"] else inside
        for child in node.get("childIds", ()):
            read(by_id[child], inside)

    read(nodes[0], "")
    return told


def names(nodes, *roles):
    return [node.name for node in nodes if node.role in roles]


def said(page):
    """What live regions say."""
    return [text for text in page.locator("[role=status], [role=alert], [aria-live]").all_inner_texts() if text.strip()]


def check(page):
    """What holds for every page. Returns what is heard."""
    nodes = heard(page)
    landmarks = [(node.role, node.name) for node in nodes if node.role in LANDMARKS]
    assert len(set(landmarks)) == len(landmarks), landmarks
    assert [role for role, _ in landmarks].count("main") == 1
    assert [node for node in nodes if node.role in CONTROLS and not node.name.strip()] == []
    levels = [node.states["level"] for node in nodes if node.role == "heading" and node.inside == "main"]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels)), levels
    # Only short sentences speak by themselves; a list that did would be read from its first row to its last.
    live = page.locator("[aria-live]:not([aria-live=off]), [role=status], [role=alert]")
    assert live.locator("li, article").count() == 0
    return nodes


@pytest.fixture
def archive(alice):
    """A chat with all its marks, and one whose first question was asked twice."""
    project = Project.objects.start(alice, name="Garden", colour="teal")
    marked = Conversation.objects.start(alice, title="Roses", project=project, source="chatgpt", model="heron-3")
    marked.append("user", "When are roses cut?")
    marked.append("assistant", "Above an eye that looks outwards.", model="heron-3")
    marked.pin(alice)
    twice = Conversation.objects.start(alice, title="Apples")
    twice.append("user", "Which apple keeps?")
    twice.append("assistant", "The Boskoop does.")
    twice.edit_as_branch(twice.messages.get(position=1), "Which apple keeps until May?")
    return {"marked": marked, "twice": twice}


@pytest.mark.parametrize("width", [375, 1280])
def test_a_row_of_the_history_says_all_that_its_marks_show(at_home, archive, width):
    at_home.set_viewport_size({"width": width, "height": 800})
    at_home.reload()
    nodes = check(at_home)

    assert names([node for node in nodes if node.inside == "main"], "heading") == ["History", "Today"]
    texts = [node.name for node in nodes if node.inside == "main"]
    row = texts[texts.index("Roses Above an eye that looks outwards.") :]
    places = [row.index(word) for word in ("Pinned", "Project Garden", "ChatGPT · heron-3")]
    assert places == sorted(places)


def test_what_a_filter_leaves_is_counted_aloud_and_the_rows_are_not_read(at_home, archive):
    at_home.reload()
    at_home.get_by_label("Filter by title").press_sequentially("rose")

    expect(at_home.get_by_role("status").filter(has_text="1 conversation")).to_have_count(1)
    assert said(at_home) == ["1 conversation"]
    assert names(check(at_home), "searchbox") == ["Search all conversations", "Filter by title"]


def test_a_thread_is_a_list_of_named_messages_with_their_versions_and_actions(at_home, archive):
    at_home.goto(at_home.url.removesuffix("/conversations/") + archive["twice"].get_absolute_url())
    nodes = check(at_home)

    [article] = names(nodes, "article")
    assert article.startswith("You, ")
    assert "Versions of this message" in names(nodes, "group")
    links = names(nodes, "link")
    assert links.index("Previous version") < links.index("Copy as Markdown") < links.index("Edit this message")
    assert "Skip to the messages" in links


def test_on_a_phone_the_menu_of_a_message_says_whether_it_is_open(at_home, archive):
    at_home.set_viewport_size({"width": 375, "height": 800})
    at_home.goto(at_home.url.removesuffix("/conversations/") + archive["marked"].get_absolute_url())
    before = check(at_home)
    menus = [node.states["expanded"] for node in before if node.name == "Actions"]
    assert menus == [False, False]
    assert "Copy link" not in names(before, "link")

    at_home.get_by_label("Actions", exact=True).first.click()

    after = check(at_home)
    assert [node.states["expanded"] for node in after if node.name == "Actions"] == [True, False]
    texts = [node.name for node in after]
    assert texts.index("Actions") < texts.index("Copy link") < texts.index("When are roses cut?")


def test_finding_says_how_much_was_found_and_where_one_is(at_home, archive):
    at_home.goto(at_home.url.removesuffix("/conversations/") + archive["twice"].get_absolute_url() + "?find=apple")
    nodes = check(at_home)

    assert "What was found" in names(nodes, "navigation")
    assert said(at_home) == ["1 of 2"]
    at_home.get_by_role("link", name="Next match").click()
    expect(at_home.locator(".find__count")).to_have_text("2 of 2")
    assert said(at_home) == ["2 of 2"]


def test_results_of_a_search_are_headings_with_links_and_a_count_that_speaks(at_home, archive):
    at_home.goto(at_home.url.removesuffix("/conversations/") + "/search/?q=rose*")
    at_home.wait_for_load_state("networkidle")
    nodes = check(at_home)

    inside = [node for node in nodes if node.inside in ("main", "region")]
    assert names(inside, "heading")[:2] == ["Search", "Roses"]
    assert said(at_home) == ["1 message"]
    assert any(name.startswith("You") and "When are roses cut?" in name for name in names(nodes, "link"))


def test_what_is_shared_is_counted_aloud_as_well(at_home, archive):
    for conversation in archive.values():
        ShareLink.objects.share(conversation, title=f"About {conversation}")
    at_home.goto(at_home.url.removesuffix("/conversations/") + "/shares/")
    check(at_home)

    at_home.get_by_label("Filter by title").press_sequentially("rose")

    expect(at_home.get_by_role("status").filter(has_text="1 link")).to_have_count(1)
    assert said(at_home) == ["1 link"]
