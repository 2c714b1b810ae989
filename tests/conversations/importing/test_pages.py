"""The import pages, as a browser without JavaScript uses them, and the pieces that htmx asks for."""

import json
import os
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from conversations import tasks
from conversations.models import Conversation, ImportBatch
from tests.conversations.importing.exports import simple
from tests.conversations.importing.test_again import CONTINUED

INDEX = "conversations:imports"


def file(*chats, name="conversations.json", content=None):
    return SimpleUploadedFile(name, json.dumps(chats).encode() if content is None else content)


def url(word, batch):
    return reverse(f"conversations:{word}", args=[batch.pk])


def plain(html, words):
    """Whether the page says these words one after the other, whatever stands between them in HTML."""
    return words in " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def done(alice, sign_in):
    """A finished import of Alice's with one line in its report."""
    sign_in(alice).post(reverse(INDEX), {"file": file(simple(), {"id": "x", "create_time": 1, "title": "<b>Folder"})})
    tasks.run_next()
    return ImportBatch.objects.get()


def test_the_page_says_what_to_drop(sign_in, alice):
    html = sign_in(alice).get(reverse(INDEX)).content.decode()

    assert 'enctype="multipart/form-data"' in html
    assert "Export data" in html


def test_a_file_is_uploaded_imported_and_reported(sign_in, alice, settings):
    client = sign_in(alice)
    response = client.post(reverse(INDEX), {"file": file(simple())})

    batch = ImportBatch.objects.get()
    assert response.status_code == 303
    assert response["Location"] == url("import", batch)
    [upload] = (settings.DATA_DIR / "uploads").iterdir()
    assert upload.stat().st_mode & 0o777 == 0o600
    assert "Waiting for its turn" in client.get(url("import", batch)).content.decode()

    tasks.run_next()
    html = client.get(url("import", batch)).content.decode()
    assert "Imported" in html
    assert plain(
        html, "Conversations 1 in the file 1 new Messages, on all branches 3 in the file 2 new 1 left out as empty"
    )
    assert not upload.exists()
    assert AuditEvent.objects.get().action == "import.upload"


def kept(settings):
    return list((settings.DATA_DIR / "uploads").glob("*"))


def test_several_files_are_told_one_by_one(sign_in, alice):
    files = [file(simple(str(n)), name=f"{n}.json") for n in range(7)] + [file(content=b"", name="<e>.json")]
    response = sign_in(alice).post(reverse(INDEX), {"file": files}, follow=True)

    assert response.redirect_chain == [(reverse(INDEX), 303)]
    assert ImportBatch.objects.count() == 7
    html = response.content.decode()
    assert "7 files are here: “0.json”, “1.json”, “2.json”, “3.json”, “4.json” and 2 more." in html
    assert "“&lt;e&gt;.json” is empty. Left out." in html


def test_one_file_beside_an_empty_one_is_imported(sign_in, alice, settings):
    response = sign_in(alice).post(reverse(INDEX), {"file": [file(simple()), file(content=b"", name="e.json")]})

    assert response["Location"] == url("import", ImportBatch.objects.get())
    assert len(kept(settings)) == 1


@pytest.mark.parametrize(
    ("data", "sentence"), [({}, "Choose a file first."), ({"file": file(content=b"", name="<e>.json")}, "is empty")]
)
def test_an_upload_that_is_none_is_refused(data, sentence, sign_in, alice, settings):
    response = sign_in(alice).post(reverse(INDEX), data)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not ImportBatch.objects.exists()
    assert not kept(settings)


def test_a_file_that_is_too_large_is_not_kept(sign_in, alice, settings):
    settings.IMPORT_MAX_BYTES = 2_000
    response = sign_in(alice).post(reverse(INDEX), {"file": file(content=b"[" * 5_000)})

    assert response.status_code == 422
    assert "larger than" in response.content.decode()
    assert not kept(settings)


def test_an_upload_that_breaks_off_leaves_nothing_of_any_of_its_files(sign_in, alice, settings):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.json"\r\n\r\n'
    body = head + b'[{"id": 1}]\r\n' + head + b'[{"id"'
    response = sign_in(alice).generic("POST", reverse(INDEX), body, content_type="multipart/form-data; boundary=x")

    assert response.status_code == 422
    assert "The upload broke off" in response.content.decode()
    assert not kept(settings)
    assert not ImportBatch.objects.exists()


def test_too_many_files_at_once_are_refused_with_a_number(sign_in, alice, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    response = sign_in(alice).post(reverse(INDEX), {"file": [file(simple()) for _ in range(3)]})

    assert response.status_code == 422
    assert "At most 2 files at once" in response.content.decode()
    assert not kept(settings)


def test_uploads_that_a_kill_left_behind_are_swept_away(sign_in, alice, settings):
    sign_in(alice).post(reverse(INDEX), {"file": file(simple())})
    folder = settings.DATA_DIR / "uploads"
    [waiting] = folder.iterdir()
    (folder / "old").touch()
    (folder / "arriving").touch()
    for path in (waiting, folder / "old"):
        os.utime(path, (0, 0))
    ImportBatch.objects.sweep()

    assert set(folder.iterdir()) == {waiting, folder / "arriving"}


def test_an_upload_needs_the_token_of_its_form(alice, settings):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    assert client.post(reverse(INDEX), {"file": file(simple())}).status_code == 403
    assert not ImportBatch.objects.exists()
    assert not kept(settings)


def test_a_running_import_asks_for_news_every_second_and_a_finished_one_does_not(sign_in, alice, done):
    client = sign_in(alice)
    assert "every 1s" not in client.get(url("import_progress", done)).content.decode()

    ImportBatch.objects.update(status="running", bytes_total=100, bytes_read=40)
    html = client.get(url("import_progress", done)).content.decode()
    assert "every 1s" in html
    assert 'value="40"' in html
    assert "<html" not in html
    assert "Cancel" in html


def test_the_report_names_what_was_skipped_and_escapes_it(sign_in, alice, done):
    html = sign_in(alice).get(url("import", done)).content.decode()

    assert "&lt;b&gt;Folder" in html
    assert plain(html, "Not imported There are no messages in it: “mapping” is missing. Record 2 of the file · x")
    assert plain(html, "1 conversation could not be imported. See why")


def test_a_notice_leads_to_its_conversation_and_what_came_in_is_listed(sign_in, alice):
    client = sign_in(alice)
    value = simple(title="Odd\x00 one")
    value["mapping"]["q"]["parent"] = "nowhere"
    client.post(reverse(INDEX), {"file": file(value, *(simple(f"n{n}") for n in range(12)))})
    tasks.run_next()
    html = client.get(url("import", ImportBatch.objects.get())).content.decode()

    href = Conversation.objects.get(title="Odd one").get_absolute_url()
    assert f'<a href="{href}">Odd one</a>' in html
    assert html.count('class="row"') == 10
    assert plain(html, "And 3 more.")


def test_an_export_without_news_says_so(sign_in, alice, done):
    client = sign_in(alice)
    client.post(reverse(INDEX), {"file": file(simple())})
    tasks.run_next()

    assert plain(client.get(url("import", ImportBatch.objects.latest("created_at"))).content.decode(), "Nothing new")


def test_an_import_that_changed_older_conversations_lists_them(sign_in, alice, done):
    client = sign_in(alice)
    client.post(reverse(INDEX), {"file": file(CONTINUED)})
    tasks.run_next()

    html = client.get(url("import", ImportBatch.objects.latest("created_at"))).content.decode()
    assert plain(html, "Changed conversations A title A wide one.")


def test_the_list_names_outcomes_in_the_order_of_the_report(sign_in, alice, done):
    client = sign_in(alice)
    client.post(reverse(INDEX), {"file": file(simple(), simple("new"), {"id": "x", "create_time": 1, "title": "x"})})
    tasks.run_next()

    assert "Conversations: 1 new, 1 identical, 1 skipped" in client.get(reverse(INDEX)).content.decode()


def test_an_import_behind_others_says_how_many(sign_in, alice):
    client = sign_in(alice)
    client.post(reverse(INDEX), {"file": [file(simple("1")), file(simple("2")), file(simple("3"))]})
    last = ImportBatch.objects.latest("created_at")

    assert "2 imports before it" in client.get(url("import", last)).content.decode()
    ImportBatch.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    assert "not taken it up yet" in client.get(url("import", last)).content.decode()


def test_the_list_asks_for_news_while_something_runs(sign_in, alice, done):
    client = sign_in(alice)
    assert "every 2s" not in client.get(reverse(INDEX)).content.decode()

    ImportBatch.objects.update(status="running", bytes_total=100, bytes_read=40)
    html = client.get(reverse(INDEX), headers={"HX-Request": "true"}).content.decode()
    assert "every 2s" in html
    assert 'value="40"' in html
    assert "<html" not in html


def test_a_long_report_has_pages(sign_in, alice, done):
    done.lines.bulk_create(
        type(done.lines.get())(batch=done, record=n, outcome="notice", reason=f"R{n}.") for n in range(2, 150)
    )
    client = sign_in(alice)

    assert "R149." not in client.get(url("import", done)).content.decode()
    assert "R149." in client.get(url("import", done), {"page": 2}).content.decode()
    assert client.get(url("import", done), {"page": "x"}).status_code == 200


def test_the_report_can_be_downloaded(sign_in, alice, done):
    response = sign_in(alice).get(url("import_report", done))

    report = json.loads(response.content)
    assert response["Content-Disposition"].startswith("attachment")
    assert report["counts"]["conversations"] == {"new": 1, "changed": 0, "identical": 0, "skipped": 1}
    assert report["lines"][0]["title"] == "<b>Folder"


def test_cancelling_from_the_page(sign_in, alice):
    client = sign_in(alice)
    client.post(reverse(INDEX), {"file": file(simple())})
    response = client.post(url("import_cancel", ImportBatch.objects.get()), follow=True)

    assert "Cancelled" in response.content.decode()
    assert not tasks.run_next()


def test_undoing_asks_first_and_says_what_goes(sign_in, alice, done):
    client = sign_in(alice)
    html = client.get(url("import_delete", done)).content.decode()
    assert "This is permanent" in html
    assert Conversation.objects.exists()

    assert client.post(url("import_delete", done)).status_code == 303
    tasks.run_next()
    assert "Removed 1 conversation " in " ".join(client.get(url("import", done)).content.decode().split())
    assert not Conversation.objects.exists()
    assert "cannot be undone now" in client.post(url("import_delete", done), follow=True).content.decode()


@pytest.mark.parametrize("word", ["import", "import_progress", "import_report", "import_delete"])
def test_other_people_find_no_import(word, done, sign_in, bob, charlie, client):
    for user in (bob, charlie):
        assert sign_in(user).get(url(word, done)).status_code == 404
    assert client.get(url(word, done)).status_code == 302


def test_other_people_can_neither_cancel_nor_undo(done, sign_in, bob):
    for word in ("import_cancel", "import_delete"):
        assert sign_in(bob).post(url(word, done)).status_code == 404
    assert url("import", done) not in sign_in(bob).get(reverse(INDEX)).content.decode()


def test_the_list_of_imports_asks_few_questions(sign_in, alice, done, django_assert_max_num_queries):
    client = sign_in(alice)
    # session with its user, the sidebar’s two; how many imports, the imports
    with django_assert_max_num_queries(5):
        html = client.get(reverse(INDEX)).content.decode()
    assert url("import", done) in html
