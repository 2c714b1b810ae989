"""An export on its way in, in a real browser: chosen, dropped, watched, read."""

import json

import pytest

from conversations import tasks
from tests.conversations.importing.exports import simple, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, settings):
    settings.DATA_DIR = tmp_path / "data"


def test_a_file_is_chosen_watched_and_read(at_home, live_server, tmp_path, assert_accessible):
    page = at_home
    page.get_by_role("link", name="Import", exact=True).first.click()
    page.wait_for_selector("file-drop:defined")
    page.set_input_files(
        "input[type=file]", write(tmp_path, simple(), {"id": "x", "create_time": 1, "title": "Folder"})
    )
    page.get_by_text("Waiting for its turn").wait_for()
    assert page.get_by_role("progressbar").count() == 1
    assert page.get_by_role("button", name="Cancel").is_visible()

    tasks.run_next()
    page.get_by_text("1 conversation could not be imported.").wait_for()
    assert page.locator("#outcome").inner_text() == "conversations.json: Done"
    assert_accessible(page)

    page.get_by_role("link", name="Open the history").click()
    page.get_by_role("main").get_by_role("link", name="A title A Dobsonian.").click()
    page.get_by_text("A Dobsonian.").first.wait_for()


def test_a_file_is_dropped(at_home, live_server):
    page = at_home
    page.goto(f"{live_server.url}/imports/")
    page.wait_for_selector("file-drop:defined")
    page.evaluate(
        """text => {
            const files = new DataTransfer()
            files.items.add(new File([text], "conversations.json"))
            document.querySelector(".drop").dispatchEvent(
                new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }))
        }""",
        json.dumps([simple()]),
    )
    page.wait_for_url("**/imports/imp_*/")
    tasks.run_next()
    page.get_by_text("Imported", exact=True).wait_for()


def test_several_files_are_told_one_by_one_and_followed(at_home, live_server, tmp_path, assert_accessible):
    page = at_home
    page.goto(f"{live_server.url}/imports/")
    page.wait_for_selector("file-drop:defined")
    files = [write(tmp_path, simple(name), name=f"{name}.json") for name in ("one", "two")]
    (tmp_path / "empty.json").touch()
    page.set_input_files("input[type=file]", [*files, tmp_path / "empty.json"])
    page.get_by_text("2 files are here: “one.json” and “two.json”. They are imported one after the other.").wait_for()
    assert page.get_by_text("“empty.json” is empty. Left out.").is_visible()

    tasks.run_next()
    tasks.run_next()
    page.get_by_text("Conversations: 1 new").nth(1).wait_for()
    assert_accessible(page)


def test_an_upload_is_cancelled(at_home, live_server, tmp_path):
    page = at_home
    page.goto(f"{live_server.url}/imports/")
    page.wait_for_selector("file-drop:defined")
    page.route("**/imports/", lambda route: None)  # the server takes its time
    page.set_input_files("input[type=file]", write(tmp_path, simple()))
    page.get_by_role("button", name="Cancel").click()

    assert page.locator(".drop").is_visible()
    assert not page.locator(".progress").is_visible()


def test_a_file_larger_than_the_server_takes_is_not_even_sent(at_home, live_server, tmp_path, settings):
    settings.IMPORT_MAX_BYTES = 100
    page = at_home
    page.goto(f"{live_server.url}/imports/")
    page.wait_for_selector("file-drop:defined")
    page.set_input_files("input[type=file]", write(tmp_path, simple()))

    assert "the most this server takes" in page.get_by_role("alert").inner_text()


def test_an_empty_file_is_refused_where_it_was_dropped(at_home, live_server, tmp_path):
    page = at_home
    page.expected_faults.append("422")
    page.goto(f"{live_server.url}/imports/")
    page.wait_for_selector("file-drop:defined")
    (tmp_path / "empty.json").touch()
    page.set_input_files("input[type=file]", tmp_path / "empty.json")

    assert "is empty" in page.get_by_role("alert").inner_text()
    assert page.locator(".drop").is_visible()


def test_a_page_of_html_is_answered_with_what_to_choose_instead(at_home, live_server, tmp_path):
    page = at_home
    page.goto(f"{live_server.url}/imports/")
    (tmp_path / "chat.html").write_text("<html>")
    page.set_input_files("input[type=file]", tmp_path / "chat.html")
    page.wait_for_url("**/imports/imp_*/")
    tasks.run_next()

    page.get_by_text("Choose conversations.json from the same export").wait_for()
