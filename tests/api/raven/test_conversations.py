import re

import pytest

from accounts.models import ApiKey, AuditEvent, User
from conversations.models import Conversation

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
UNKNOWN = "conv_01jj1hdhn7f9ts7a01wb3hysdb"


def test_a_conversation_is_made_as_the_vendor_s_page_makes_it(made, alice, typeid):
    row = Conversation.objects.get()
    times = {name: made.pop(name) for name in ("created_at", "updated_at")}

    assert all(map(TIME.fullmatch, times.values()))
    assert made == {
        "conversation_id": typeid(row),
        "tenant_id": typeid(alice.workspace),
        "user_id": "usr_abc123",
        "title": "Project Planning Session",
        "metadata": {"project": "website-redesign", "priority": "high"},
        "message_count": 0,
    }


def test_a_user_is_made_on_the_spot_once_and_keeps_the_name_it_came_with(raven, made, alice):
    again = raven.post("/conversations", {"user_id": "usr_abc123"}).json()

    user = User.objects.get(external_id="usr_abc123")
    assert (user.workspace, user.email, user.has_usable_password()) == (alice.workspace, None, False)
    assert again["user_id"] == "usr_abc123"
    assert AuditEvent.objects.filter(action="user.create").count() == 1
    by_id = raven.post("/conversations", {"user_id": user.typeid}).json()
    assert by_id["user_id"] == "usr_abc123"
    assert raven.get("/conversations?user_id=usr_abc123").json()["total"] == 3
    assert raven.get(f"/conversations?user_id={user.typeid}").json()["total"] == 3


def test_people_and_users_made_before_are_called_by_their_id(raven, alice):
    made = raven.post("/users", {"external_ref": "crm-4711"}).json()

    assert raven.post("/conversations", {"user_id": "crm-4711"}).json()["user_id"] == made["user_id"]
    assert made["user_id"] == User.objects.get(external_id="crm-4711").typeid
    assert raven.post("/conversations", {"user_id": alice.typeid}).json()["user_id"] == alice.typeid


@pytest.mark.parametrize(
    "body",
    [
        {}, {"user_id": ""}, {"user_id": 5}, {"user_id": None}, {"user_id": "a b"}, {"user_id": "é"},
        {"user_id": "x/y"}, {"user_id": "x" * 129}, {"user_id": "usr_abc123\n"},
    ],
)  # fmt: skip
def test_a_user_that_cannot_be_is_refused_by_name(raven, body):
    refused = raven.post("/conversations", body)

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
    assert refused.json()["message"].startswith("user_id ")
    assert not User.objects.filter(email=None).exists()


@pytest.mark.parametrize(
    "fields",
    [{"title": 5}, {"title": "x" * 257}, {"metadata": []}, {"metadata": "x"}, {"metadata": {"x": "x" * 65_536}}],
)
def test_what_cannot_be_kept_is_refused(raven, made, fields):
    assert raven.post("/conversations", {"user_id": "new", **fields}).json()["code"] == "invalid_request"
    assert raven.patch(f"/conversations/{made['conversation_id']}", fields).json()["code"] == "invalid_request"
    assert not User.objects.filter(external_id="new").exists()
    assert Conversation.objects.get().title == "Project Planning Session"


def test_an_id_of_nobody_here_makes_nobody(raven, raven_of_charlie, charlie, made):
    for name in ("usr_01jj1hdhn7f9ts7a01wb3hysdb", charlie.typeid):
        refused = raven.post("/conversations", {"user_id": name})
        assert (refused.status_code, refused.json()["code"]) == (404, "user_not_found")
    assert User.objects.filter(email=None).count() == 1


def test_optional_values_are_left_away(raven):
    made = raven.post("/conversations", {"user_id": "u", "title": None, "metadata": None}).json()

    assert set(made) == {
        "conversation_id", "tenant_id", "user_id", "metadata", "message_count", "created_at", "updated_at",
    }  # fmt: skip
    assert made["metadata"] == {}
    assert raven.post("/conversations", {"user_id": "u", "title": ""}).json()["title"] == ""


def test_a_list_is_one_user_s_newest_change_first(raven, made, django_assert_num_queries):
    ids = [made["conversation_id"]]
    ids += [raven.post("/conversations", {"user_id": "usr_abc123"}).json()["conversation_id"] for _ in range(4)]
    raven.post("/conversations", {"user_id": "another"})
    raven.patch(f"/conversations/{ids[0]}", {"title": "changed"})
    newest = [ids[0], *ids[:0:-1]]

    with django_assert_num_queries(4):  # the key, the user, the page, how many there are
        listed = raven.get("/conversations?user_id=usr_abc123&limit=2&offset=0").json()
    assert {name: listed[name] for name in ("total", "limit", "offset")} == {"total": 5, "limit": 2, "offset": 0}
    assert [row["conversation_id"] for row in listed["conversations"]] == newest[:2]
    assert listed["conversations"][0] == raven.get(f"/conversations/{ids[0]}").json()
    rest = raven.get("/conversations?user_id=usr_abc123&offset=2").json()
    assert [row["conversation_id"] for row in rest["conversations"]] == newest[2:]
    assert (rest["limit"], rest["offset"]) == (20, 2)
    past = raven.get("/conversations?user_id=usr_abc123&offset=999999999").json()
    assert (past["conversations"], past["total"]) == ([], 5)


@pytest.mark.parametrize(
    "query",
    [
        "", "user_id=", "user_id=%00", "user_id=u&limit=0", "user_id=u&limit=1001", "user_id=u&limit=x",
        "user_id=u&limit=", "user_id=u&offset=-1", "user_id=u&offset=x", "user_id=u&offset=1.5",
        "user_id=u&offset=9999999999", "user_id=u&limit=%D9%A3",
    ],
)  # fmt: skip
def test_a_window_out_of_bounds_is_refused_and_never_cut(raven, query):
    refused = raven.get(f"/conversations?{query}")

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")


def test_an_unknown_user_has_an_empty_list(raven, charlie):
    for name in ("nobody", charlie.typeid, "usr_01jj1hdhn7f9ts7a01wb3hysdb"):
        assert raven.get(f"/conversations?user_id={name}&limit=1000").json() == {
            "conversations": [], "total": 0, "limit": 1000, "offset": 0,
        }  # fmt: skip
    assert not User.objects.filter(email=None).exists()


def test_a_change_replaces_metadata_and_null_clears(raven, made):
    path = f"/conversations/{made['conversation_id']}"

    changed = raven.patch(path, {"metadata": {"a": [1, None, {"b": 1.5}]}, "user_id": "x", "message_count": 7}).json()
    assert changed["metadata"] == {"a": [1, None, {"b": 1.5}]}
    assert (changed["title"], changed["user_id"], changed["message_count"]) == (made["title"], "usr_abc123", 0)
    cleared = raven.patch(path, {"title": None, "metadata": None}).json()
    assert "title" not in cleared
    assert cleared["metadata"] == {}
    assert raven.get(path).json() == cleared


def test_a_change_of_nothing_changes_nothing(raven, made):
    before = Conversation.objects.get().updated_at

    assert raven.patch(f"/conversations/{made['conversation_id']}", {}).json() == made
    assert Conversation.objects.get().updated_at == before


def test_messages_are_counted_wherever_they_are_written(raven, made, program, alice):
    conversation = Conversation.objects.get()
    conversation.append("system", "Be kind.")
    conversation.append("user", "Hello")
    conversation.append("assistant", "Hello!")

    read = raven.get(f"/conversations/{made['conversation_id']}").json()
    assert read["message_count"] == 2
    assert TIME.fullmatch(read["last_message_at"])


def test_deleting_is_final(raven, made):
    path = f"/conversations/{made['conversation_id']}"

    gone = raven.delete(path)
    assert (gone.status_code, gone.content) == (204, b"")
    for again in (raven.delete, raven.get, raven.patch):
        assert again(path).json()["code"] == "conversation_not_found"
    assert AuditEvent.objects.get(action="conversation.delete").actor_name == "app"


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_another_tenant_finds_nothing(raven_of_charlie, made, conversation, typeid, method):
    said = set()
    for spelled in (made["conversation_id"], typeid(conversation), UNKNOWN, UNKNOWN.upper(), "x", str(conversation.pk)):
        refused = raven_of_charlie(method, f"/conversations/{spelled}", {} if method == "PATCH" else None)
        assert refused.status_code == 404
        said.add((refused.json()["error"], refused.json()["code"], refused.json()["message"]))
    assert said == {("Conversation not found.", "conversation_not_found", "Conversation not found.")}
    assert Conversation.objects.count() == 2


def test_a_tenant_s_key_reaches_all_of_its_users_here_and_nowhere_else(raven, conversation, alice, program, typeid):
    path = f"/conversations/{typeid(conversation)}"

    assert raven.get(path).json()["user_id"] == alice.typeid
    assert raven.get(f"/conversations?user_id={alice.typeid}").json()["total"] == 1
    assert raven.patch(path, {"title": "by the tenant"}).status_code == 200
    for prefix in ("/v1", "/v2", "/openai/v1"):
        elsewhere = program(raven.secret, prefix=prefix)
        assert elsewhere.get(path).status_code == 400  # it has to say for whom it acts
        assert elsewhere.get("/conversations").status_code == 400


def test_a_key_of_one_user_reaches_only_what_is_theirs(raven, raven_of_bob, bob, alice, made, conversation, typeid):
    assert raven_of_bob.get(f"/conversations/{made['conversation_id']}").status_code == 404
    shared = f"/conversations/{typeid(conversation)}"  # which he may read
    assert raven_of_bob.get(shared).status_code == 200
    assert raven_of_bob.patch(shared, {"title": "x"}).status_code == 403
    assert raven_of_bob.delete(shared).status_code == 403
    for other in ("usr_abc123", alice.typeid):
        assert raven_of_bob.get(f"/conversations?user_id={other}").json()["total"] == 0
        assert raven_of_bob.post("/conversations", {"user_id": other}).json()["code"] == "user_not_found"
    assert raven_of_bob.post("/conversations", {"user_id": "new"}).json()["code"] == "user_not_found"
    assert not User.objects.filter(external_id="new").exists()
    assert raven_of_bob.post("/conversations", {"user_id": bob.typeid}).json()["user_id"] == bob.typeid
    assert raven_of_bob.get(f"/conversations?user_id={bob.typeid}").json()["total"] == 1


def test_the_tenant_s_own_limit_is_kept(raven, made):
    raven.patch("/tenant", {"settings": {"max_conversations_per_user": 1, "max_users": 3}})

    refused = raven.post("/conversations", {"user_id": "usr_abc123"})
    assert (refused.status_code, refused.json()["code"]) == (409, "conversation_limit")
    refused = raven.post("/conversations", {"user_id": "second"})  # beside Alice and the first
    assert refused.status_code == 201
    refused = raven.post("/conversations", {"user_id": "third"})
    assert (refused.status_code, refused.json()["code"]) == (409, "user_limit")
    assert raven.post("/users", {}).json()["code"] == "user_limit"
    raven.patch("/tenant", {"settings": {"max_conversations_per_user": None, "max_users": None}})
    assert raven.post("/conversations", {"user_id": "third"}).status_code == 201


SCOPED = [
    ("GET", "/conversations?user_id=u", "conversations:read"),
    ("POST", "/conversations", "conversations:write"),
    ("GET", f"/conversations/{UNKNOWN}", "conversations:read"),
    ("PATCH", f"/conversations/{UNKNOWN}", "conversations:write"),
    ("DELETE", f"/conversations/{UNKNOWN}", "conversations:write"),
    ("GET", "/tenant", "tenant:read"),
    ("PATCH", "/tenant", "tenant:admin"),
    ("GET", "/users", "users:read"),
    ("POST", "/users", "users:write"),
    ("GET", "/users/u", "users:read"),
    ("PATCH", "/users/u", "users:write"),
    ("GET", "/api-keys", "tenant:admin"),
    ("POST", "/api-keys", "tenant:admin"),
    ("DELETE", "/api-keys/k", "tenant:admin"),
    ("POST", "/memory/ingest", "memory:write"),
    ("POST", "/memory/flush", "memory:write"),
]


@pytest.mark.parametrize(("method", "path", "scope"), SCOPED)
def test_each_call_needs_its_scope_and_no_other(program, alice, method, path, scope):
    def with_scopes(*scopes):
        return program(ApiKey.objects.mint(workspace=alice.workspace, scopes=scopes)[1], prefix="/api/v1")

    others = [other for _, _, other in SCOPED if other != scope]
    refused = with_scopes(*set(others))(method, path, {})
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert scope in refused.json()["message"]
    assert with_scopes(scope)(method, path, {}).status_code != 403


def test_what_is_not_there_is_refused_in_the_vendor_s_shape(client, raven):
    nobody = client.get("/api/v1/conversations")
    assert (nobody.status_code, nobody["WWW-Authenticate"], nobody.json()["code"]) == (401, "Bearer", "unauthorized")
    for path in ("/conversations/", "/memory/query", "/tenants/x", "/users/x/", "/conversations/x/messages"):
        refused = raven.post(path, {})
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
        assert set(refused.json()) == {"error", "code", "message", "request_id"}
    wrong = raven.put("/conversations", {})
    assert (wrong.status_code, wrong["Allow"], wrong.json()["code"]) == (405, "HEAD, GET, POST", "method_not_allowed")
    assert raven.delete("/users/x").status_code == 405
    assert raven("POST", "/conversations", raw=b"{").json()["code"] == "invalid_json"
    assert raven("POST", "/conversations", raw=b'{"user_id": "\\u0000"}').status_code == 400
