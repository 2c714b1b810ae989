import threading
import zlib
from hashlib import sha256

import pytest
from django.db import connection

from conversations import files, uploads
from conversations.models import Attachment
from tests.waiting import PATIENCE

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x03\x00\x00\x00\x02\x08\x02\x00\x00\x00"
     b"\x00\x00\x00\x00\x00\x00\x00\x00IDAT" + zlib.compress(b"x")
)  # fmt: skip


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path):
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    return tmp_path


@pytest.fixture
def path(conversation, typeid):
    return f"/conversations/{typeid(conversation)}"


@pytest.fixture
def item(as_alice, path):
    return as_alice.get(f"{path}/items").json()["data"][0]["id"]


def kept(data_dir):
    return [file.name for file in (data_dir / "files").rglob("*") if file.is_file()]


def test_a_file_comes_is_listed_and_goes_out_as_it_came(as_alice, path, conversation, typeid):
    made = as_alice.upload(f"{path}/attachments", "Größe.csv", b"a,b\n1,2\n")

    assert made.status_code == 201
    attachment = made.json()
    assert attachment | {"id": 0, "created_at": 0} == {
        "id": 0,
        "object": "attachment",
        "conversation_id": typeid(conversation),
        "name": "Größe.csv",
        "content_type": "text/csv",
        "size": 8,
        "sha256": sha256(b"a,b\n1,2\n").hexdigest(),
        "created_at": 0,
    }
    assert as_alice.get(f"{path}/attachments").json()["data"] == [attachment]
    assert as_alice.get(f"{path}/attachments/{attachment['id']}").json() == attachment
    content = as_alice.get(f"{path}/attachments/{attachment['id']}/content")
    assert b"".join(content.streaming_content) == b"a,b\n1,2\n"


def test_an_item_shows_its_files_until_they_go(as_alice, path, item, data_dir, sign_in, alice, conversation):
    picture = as_alice.upload(f"{path}/items/{item}/attachments", "moon.png", PNG).json()

    assert (picture["item_id"], picture["width"], picture["height"]) == (item, 3, 2)
    part = {"type": "image", "name": "moon.png", "attachment_id": picture["id"]}
    assert as_alice.get(f"{path}/items/{item}").json()["content"][1] == part
    assert as_alice.get(f"{path}/items/{item}/attachments").json()["data"] == [picture]
    page = sign_in(alice).get(conversation.get_absolute_url()).content.decode()
    assert f'src="/attachments/{picture["id"]}/" alt="moon.png"' in page

    gone = {"id": picture["id"], "object": "attachment.deleted", "deleted": True}
    assert as_alice.delete(f"{path}/attachments/{picture['id']}").json() == gone
    assert as_alice.get(f"{path}/items/{item}").json()["content"] == [
        {"type": "text", "text": "A **Dobsonian** of six to eight inches: the most aperture for the money."}
    ]
    assert picture["id"] not in sign_in(alice).get(conversation.get_absolute_url()).content.decode()
    assert as_alice.get(f"{path}/attachments/{picture['id']}").json()["code"] == "attachment_not_found"


@pytest.mark.parametrize(
    ("name", "content", "kind", "shown"),
    [
        ("moon.html", PNG, "image/png", True),
        ("moon.png", b"<script>alert(1)</script>", "application/octet-stream", False),
        ("page.html", b"<script>alert(1)</script>", "application/octet-stream", False),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "application/octet-stream", False),
    ],
)
def test_nothing_that_could_act_is_shown_in_a_browser(as_alice, path, name, content, kind, shown):
    made = as_alice.upload(f"{path}/attachments", name, content).json()

    answer = as_alice.get(f"{path}/attachments/{made['id']}/content")

    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"].startswith("inline" if shown else "attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_the_same_bytes_lie_there_once_until_the_last_who_names_them_goes(
    as_alice, path, data_dir, django_capture_on_commit_callbacks
):
    first, second = (as_alice.upload(f"{path}/attachments", name, b"same").json()["id"] for name in ("a", "b"))

    assert kept(data_dir) == [sha256(b"same").hexdigest()]
    with django_capture_on_commit_callbacks(execute=True):
        as_alice.delete(f"{path}/attachments/{first}")
    assert len(kept(data_dir)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        as_alice.delete(f"{path}/attachments/{second}")
    assert kept(data_dir) == []


def test_what_is_too_large_or_too_much_is_413_and_leaves_nothing(as_alice, path, data_dir, settings, monkeypatch):
    monkeypatch.setattr("api.v1.views.attachments.AttachmentView.largest", 1_000)
    for size in (1_001, 100_000):  # told by the file, and by the request before anything is read
        refused = as_alice.upload(f"{path}/attachments", "big.txt", b"x" * size)
        assert (refused.status_code, refused.json()["code"]) == (413, "file_too_large")

    settings.FILES_QUOTA = 10
    assert as_alice.upload(f"{path}/attachments", "a.txt", b"x" * 6).status_code == 201
    refused = as_alice.upload(f"{path}/attachments", "b.txt", b"y" * 6)
    assert (refused.status_code, refused.json()["code"]) == (413, "quota_exceeded")
    assert list(uploads.directory().iterdir()) == []
    assert len(kept(data_dir)) == Attachment.objects.count() == 1


def test_a_form_without_one_file_is_refused_and_leaves_nothing(as_alice, path, data_dir):
    assert as_alice.upload(f"{path}/attachments", "a.txt", b"").json()["message"] == "file must not be empty."
    assert as_alice.upload(f"{path}/attachments", "a.txt", b"x", field="other").json()["code"] == "invalid_request"
    assert as_alice.post(f"{path}/attachments", {"file": "x"}).json()["code"] == "invalid_request"
    assert as_alice.post(f"{path}/attachments").json()["code"] == "invalid_request"
    two = '--b\r\nContent-Disposition: form-data; name="file"; filename="{0}"\r\n\r\n{0}\r\n'
    body = (two.format("one") + two.format("two") + "--b--\r\n").encode()
    form = {"Content_Type": "multipart/form-data; boundary=b"}
    assert as_alice("POST", f"{path}/attachments", raw=body, **form).json()["code"] == "invalid_request"
    cut = two.format("one").encode()[:-8]
    assert as_alice("POST", f"{path}/attachments", raw=cut, **form).json()["code"] == "invalid_request"
    for broken in ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\x00"):
        assert as_alice("POST", f"{path}/attachments", raw=body, Content_Type=broken).status_code == 400
    assert not Attachment.objects.exists()
    assert list(uploads.directory().iterdir()) == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\\b\\c.txt", "x" * 400 + ".txt", "a\r\nSet-Cookie: x=1.txt", "‮gpj.exe"]
)
def test_a_name_is_only_a_name(as_alice, path, name, data_dir):
    made = as_alice.upload(f"{path}/attachments", name, b"x").json()

    assert "/" not in made["name"]
    assert len(made["name"]) <= 255
    answer = as_alice.get(f"{path}/attachments/{made['id']}/content")
    assert "Set-Cookie" not in answer
    assert kept(data_dir) == [sha256(b"x").hexdigest()]


def test_the_same_upload_twice_makes_one_file(as_alice, path, data_dir):
    first = as_alice.upload(f"{path}/attachments", "a.txt", b"once", Idempotency_Key="u1")
    again = as_alice.upload(f"{path}/attachments", "a.txt", b"once", Idempotency_Key="u1")

    assert (again.status_code, again.json()) == (201, first.json())
    assert Attachment.objects.count() == 1
    for name, content in (("a.txt", b"other"), ("b.txt", b"once")):
        other = as_alice.upload(f"{path}/attachments", name, content, Idempotency_Key="u1")
        assert other.json()["code"] == "idempotency_key_reused"
    assert list(uploads.directory().iterdir()) == []


def test_a_file_larger_than_a_json_body_may_have_a_key_too(as_alice, path, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000

    assert as_alice.upload(f"{path}/attachments", "a.txt", b"x" * 50_000, Idempotency_Key="u1").status_code == 201


def test_readers_download_and_strangers_find_nothing(as_alice, as_bob, as_charlie, path, item):
    made = as_alice.upload(f"{path}/items/{item}/attachments", "a.txt", b"x").json()["id"]
    one = f"{path}/attachments/{made}"

    assert as_bob.get(f"{one}/content").status_code == 200
    assert as_bob.get(f"{path}/attachments").json()["total"] == 1
    for where in (f"{path}/attachments", f"{path}/items/{item}/attachments"):
        assert as_bob.upload(where, "b.txt", b"x").status_code == 403
        assert as_charlie.upload(where, "b.txt", b"x").json()["code"] == "conversation_not_found"
        assert as_charlie.get(where).status_code == 404
    assert as_bob.delete(one).status_code == 403
    for method, where in (("GET", one), ("DELETE", one), ("GET", f"{one}/content")):
        assert as_charlie(method, where).json()["code"] == "conversation_not_found"
    own = as_charlie.post("/conversations", {}).json()["id"]
    assert as_charlie.get(f"/conversations/{own}/attachments/{made}").json()["code"] == "attachment_not_found"


def test_bytes_that_an_import_did_not_bring_are_not_found(as_alice, path, conversation, alice):
    missing = Attachment.objects.create(
        workspace=alice.workspace, owner=alice, conversation=conversation, name="lost.pdf"
    )

    assert "sha256" not in as_alice.get(f"{path}/attachments").json()["data"][0]
    answer = as_alice.get(f"{path}/attachments/{missing.typeid}/content")
    assert (answer.status_code, answer.json()["code"]) == (404, "attachment_not_found")


def test_the_list_costs_the_same_however_many_there_are(as_alice, path, item, django_assert_num_queries):
    for n in range(4):
        as_alice.upload(f"{path}/items/{item}/attachments", f"{n}.txt", b"x%d" % n)

    with django_assert_num_queries(3):  # the key, the conversation, the files with their items
        assert [row["name"] for row in as_alice.get(f"{path}/attachments").json()["data"]] == [
            "3.txt",
            "2.txt",
            "1.txt",
            "0.txt",
        ]


@pytest.mark.django_db(transaction=True)
def test_bytes_that_come_again_while_the_last_row_goes_are_there(program, alice, key_of, data_dir, monkeypatch):
    """The race: the remover has seen that no row names them, the keeper that they lie there already."""
    secret = key_of(alice)
    conversation = program(secret).post("/conversations", {}).json()["id"]
    where = f"/conversations/{conversation}/attachments"
    first = program(secret).upload(where, "a.txt", b"same").json()["id"]
    is_looking, answers = threading.Event(), []
    path = files.path

    def slow(*args):
        is_looking.set()
        thread.join(0.3)  # the keeper may go on only where nothing holds it
        return path(*args)

    def upload():
        is_looking.wait(PATIENCE)
        try:
            answers.append(program(secret).upload(where, "b.txt", b"same"))
        finally:
            connection.close()

    thread = threading.Thread(target=upload)
    thread.start()
    with monkeypatch.context() as patch:
        patch.setattr(
            files, "path", lambda *args: slow(*args) if threading.current_thread() is not thread else path(*args)
        )
        program(secret).delete(f"{where}/{first}")
    thread.join()

    assert answers[0].status_code == 201
    content = program(secret).get(f"{where}/{answers[0].json()['id']}/content")
    assert b"".join(content.streaming_content) == b"same"
