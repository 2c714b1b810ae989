import pytest

from accounts.models import User


def test_a_user_is_made_with_what_is_known_of_them(raven, alice, typeid):
    made = raven.post("/users", {"external_ref": "crm-4711", "display_name": "Ada", "metadata": {"plan": "free"}})

    user = User.objects.get(external_id="crm-4711")
    assert made.status_code == 201
    assert made.json() == {
        "user_id": typeid(user),
        "tenant_id": typeid(alice.workspace),
        "external_ref": "crm-4711",
        "display_name": "Ada",
        "metadata": {"plan": "free"},
        "created_at": user.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    assert not user.has_usable_password()


def test_a_user_may_have_no_name_but_the_id(raven):
    made = [raven.post("/users", {}).json() for _ in range(2)]

    assert made[0]["user_id"] != made[1]["user_id"]
    assert set(made[0]) == {"user_id", "tenant_id", "metadata", "created_at"}
    assert raven.get(f"/users/{made[0]['user_id']}").json() == made[0]
    assert raven.post("/conversations", {"user_id": made[0]["user_id"]}).json()["user_id"] == made[0]["user_id"]


def test_an_external_ref_is_somebody_s_once(raven, raven_of_charlie):
    assert raven.post("/users", {"external_ref": "a"}).status_code == 201
    again = raven.post("/users", {"external_ref": "a", "display_name": "Other"})
    assert (again.status_code, again.json()["code"]) == (409, "user_exists")
    assert raven_of_charlie.post("/users", {"external_ref": "a"}).status_code == 201  # in another tenant


def test_users_are_listed_by_offset_and_found_by_reference(raven, alice, bob, django_assert_num_queries):
    made = [raven.post("/users", {"external_ref": f"u{n}"}).json() for n in range(3)]

    with django_assert_num_queries(3):  # the key, the page, how many there are
        listed = raven.get("/users?limit=2&offset=1").json()
    assert listed == {"users": [made[1], made[0]], "total": 5, "limit": 2, "offset": 1}
    assert raven.get("/users?external_ref=u1").json()["users"] == [made[1]]
    assert raven.get("/users?external_ref=nobody").json()["total"] == 0
    for query in ("limit=0", "limit=1001", "offset=-1", "external_ref=%00"):
        assert raven.get(f"/users?{query}").status_code == 400


def test_a_user_is_read_and_changed_by_either_name(raven, made):
    read = raven.get("/users/usr_abc123").json()
    assert (read["user_id"], read["external_ref"]) == ("usr_abc123", "usr_abc123")
    by_id = f"/users/{User.objects.get(external_id='usr_abc123').typeid}"
    assert raven.get(by_id).json() == read

    changed = raven.patch(
        "/users/usr_abc123", {"display_name": "Ada", "metadata": {"a": 1}, "external_ref": "x"}
    ).json()
    assert changed == read | {"display_name": "Ada", "metadata": {"a": 1}}
    assert raven.patch(by_id, {"metadata": {"b": 2}}).json()["metadata"] == {"b": 2}
    assert raven.patch(by_id, {"display_name": None, "metadata": None}).json() == read


def test_people_decide_about_themselves(raven, alice):
    assert raven.get(f"/users/{alice.typeid}").json()["display_name"] == "Alice"
    assert raven.patch(f"/users/{alice.typeid}", {"display_name": "x"}).json()["code"] == "forbidden"


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_another_tenant_finds_nobody(raven_of_charlie, made, alice, method):
    for name in ("usr_abc123", alice.typeid, User.objects.get(external_id="usr_abc123").typeid, "x"):
        refused = raven_of_charlie(method, f"/users/{name}", {} if method == "PATCH" else None)
        assert (refused.status_code, refused.json()["code"]) == (404, "user_not_found")


@pytest.mark.parametrize(
    "body",
    [
        {"external_ref": 5}, {"external_ref": ""}, {"external_ref": "é"}, {"external_ref": "x" * 129},
        {"display_name": 5}, {"display_name": "x" * 121}, {"metadata": []}, [],
    ],
)  # fmt: skip
def test_what_cannot_be_a_user_is_refused(raven, body):
    assert raven.post("/users", body).json()["code"] == "invalid_request"
    assert not User.objects.filter(email=None).exists()
