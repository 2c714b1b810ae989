"""What is written in one dialect is read in every other, and on the page: one store, no copies.

Each writer makes the same conversation with what its dialect has; each reader says what it sees of it. What a dialect
cannot say is None there, and nobody asks for it.
"""

from typing import NamedTuple
from uuid import UUID

import pytest
from django.utils.html import escape

from lib.typeid import decode, encode
from tests.api.conftest import Program

TITLE = "Choosing a <telescope> & a mount"
METADATA = {"topic": "sky"}
SAID = [("user", "Which one, d'après toi? 🔭"), ("assistant", "Binoculars, *first*.")]


class Seen(NamedTuple):
    """None: this dialect cannot say it."""

    title: str | None = None
    said: list | None = None
    metadata: dict | None = None


class Dialects:
    """Alice's programs, one for each prefix, and her browser. `pk`: the UUID of the conversation they speak of."""

    def __init__(self, secret, browser, alice):
        self.v1, self.orq, self.r2r = (Program(secret, prefix) for prefix in ("/v1", "/v2", "/v3"))
        self.raven, self.openai = (Program(secret, prefix) for prefix in ("/api/v1", "/openai/v1"))
        self.browser, self.alice = browser, alice

    # --- writing: the id of the new conversation ---

    def write_v1(self):
        items = [{"type": "message", "role": role, "content": text} for role, text in SAID]
        made = ok(self.v1.post("/conversations", {"title": TITLE, "metadata": METADATA, "items": items}))
        return decode("conv", made["id"])

    def write_openai(self):
        made = ok(self.openai.post("/conversations", {"metadata": METADATA | {"title": TITLE}}))
        for role, text in SAID:
            ok(self.openai.post(f"/conversations/{made['id']}/items", {"items": [{"role": role, "content": text}]}))
        return decode("conv", made["id"])

    def write_r2r(self):
        made = ok(self.r2r.post("/conversations", {"name": TITLE, "metadata": METADATA}))["results"]
        for role, text in SAID:
            ok(self.r2r.post(f"/conversations/{made['id']}/messages", {"role": role, "content": text}))
        return UUID(made["id"])

    def write_legacy(self):
        pk = ok(self.orq.post("/create_conversation"))["results"]
        for role, text in SAID:
            ok(self.orq.post(f"/add_message/{pk}", {"message": {"role": role, "content": text}}))
        ok(self.r2r.post(f"/conversations/{pk}", {"name": TITLE, "metadata": METADATA}))  # it has no names
        return UUID(pk)

    def write_orq(self):
        made = ok(self.orq.post("/conversations", {"displayName": TITLE, "metadata": METADATA}))
        for role, text in SAID:  # it has no call for messages
            ok(self.v1.post(f"/conversations/{made['_id']}/items", {"role": role, "content": text}))
        return decode("conv", made["_id"])

    def write_raven(self):
        about = {"user_id": encode("usr", self.alice.pk), "title": TITLE, "metadata": METADATA}
        made = ok(self.raven.post("/conversations", about))["conversation_id"]
        (_, question), (_, answer) = SAID
        pair = {"conversation_id": made, "user_message": question, "agent_response": answer}
        ok(self.raven.post("/memory/ingest", {"user_id": about["user_id"]} | pair))
        return decode("conv", made)

    # --- reading ---

    def read_v1(self, pk):
        found = ok(self.v1.get(f"/conversations/{encode('conv', pk)}"))
        return Seen(found["title"], [(item["role"], words(item)) for item in found["items"]], found["metadata"])

    def read_openai(self, pk):
        path = f"/conversations/{encode('conv', pk)}"
        items = ok(self.openai.get(f"{path}/items?order=asc"))["data"]
        metadata = ok(self.openai.get(path))["metadata"]
        return Seen(None, [(item["role"], words(item)) for item in items], metadata)

    def read_r2r(self, pk):
        [row] = ok(self.r2r.get(f"/conversations?ids={pk}"))["results"]
        messages = [row["message"] for row in ok(self.r2r.get(f"/conversations/{pk}"))["results"]]
        return Seen(row["name"], [(said["role"], said["content"]) for said in messages], row["metadata"])

    def read_legacy(self, pk):
        listed = ok(self.orq.get(f"/conversations_overview?conversation_ids={pk}"))["results"]
        pairs = ok(self.orq.get(f"/get_conversation/{pk}"))["results"]
        return Seen(listed[0]["name"], [(said["role"], said["content"]) for _, said in pairs])

    def read_orq(self, pk):
        found = ok(self.orq.get(f"/conversations/{encode('conv', pk)}"))
        return Seen(found["displayName"], [(one["role"], one["parts"][0]["text"]) for one in found["messages"]])

    def read_raven(self, pk):
        found = ok(self.raven.get(f"/conversations/{encode('conv', pk)}"))
        assert found["message_count"] == len(SAID)
        return Seen(found["title"], None, found["metadata"])

    def read_page(self, pk):
        html = self.browser.get(f"/conversations/{encode('conv', pk)}/").content.decode()
        places = [html.index(said) for said in ("après toi? 🔭", "Binoculars, <em>first</em>.")]
        assert places == sorted(places)
        assert f">{escape(TITLE)}</h1>" in html
        return Seen()


def ok(answer):
    assert answer.status_code < 300, answer.content
    return answer.json()


def words(item):
    content = item["content"]
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


WRITERS = sorted(name for name in vars(Dialects) if name.startswith("write_"))
READERS = sorted(name for name in vars(Dialects) if name.startswith("read_"))


@pytest.fixture
def dialects(key_of, sign_in, alice):
    scopes = [
        "conversations:read", "conversations:write", "users:read", "users:write", "memory:read", "memory:write",
    ]  # fmt: skip
    return Dialects(key_of(alice, scopes=scopes), sign_in(alice), alice)


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("reader", READERS)
def test_what_one_dialect_wrote_every_other_reads(dialects, writer, reader):
    pk = getattr(dialects, writer)()

    seen = getattr(dialects, reader)(pk)

    assert seen.title in (TITLE, None)
    assert seen.said in (SAID, None)
    # OpenAI's title travels in its metadata, and stays there.
    assert seen.metadata is None or {key: seen.metadata[key] for key in METADATA} == METADATA


def test_an_edit_in_one_is_what_the_others_read_and_a_deletion_is_final_in_all(dialects):
    pk = dialects.write_v1()
    path = f"/conversations/{encode('conv', pk)}"
    [item, _] = ok(dialects.v1.get(path))["items"]
    ok(dialects.r2r.post(f"/conversations/{pk}/messages/{decode('msg', item['id'])}", {"content": "Edited."}))

    assert dialects.read_v1(pk).said[0] == ("user", "Edited.")
    assert dialects.read_openai(pk).said[0] == ("user", "Edited.")
    assert dialects.read_orq(pk).said[0] == ("user", "Edited.")
    assert dialects.read_legacy(pk).said[0] == ("user", "Edited.")

    assert dialects.orq.delete(path).status_code == 204
    for program in (dialects.v1, dialects.openai, dialects.orq, dialects.raven):
        assert program.get(path).status_code == 404
    assert dialects.r2r.get(f"/conversations/{pk}").status_code == 404
    assert dialects.browser.get(f"{path}/").status_code == 404


def test_a_fork_in_one_is_a_branch_in_the_others(dialects):
    pk = dialects.write_v1()
    path = f"/conversations/{encode('conv', pk)}"
    first, _ = ok(dialects.r2r.get(f"/conversations/{pk}"))["results"]
    ok(
        dialects.r2r.post(
            f"/conversations/{pk}/messages",
            {"role": "assistant", "content": "A mount first.", "parent_id": first["id"]},
        )
    )

    forked = [SAID[0], ("assistant", "A mount first.")]
    assert dialects.read_v1(pk).said == dialects.read_openai(pk).said == dialects.read_orq(pk).said == forked
    assert len(ok(dialects.v1.get(f"{path}/branches"))["data"]) == 2
    assert [said for _, said in dialects.read_r2r(pk).said] == [*(text for _, text in SAID), "A mount first."]
