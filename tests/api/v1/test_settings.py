from accounts.models import ClientSettings


def test_what_programs_remember_is_kept_and_merged(as_alice, as_charlie):
    assert as_alice.get("/users/me/settings").json() == {}

    as_alice.patch("/users/me/settings", {"theme": "dark", "size": 18})
    changed = as_alice.patch("/users/me/settings", {"size": None, "font": "serif"})

    assert changed.json() == as_alice.get("/users/me/settings").json() == {"theme": "dark", "font": "serif"}
    assert as_charlie.get("/users/me/settings").json() == {}


def test_preferences_are_a_part_of_them(as_alice):
    assert as_alice.get("/users/me/settings/preferences").json() == {"preferences": {}}

    as_alice.patch("/users/me/settings", {"preferences": "none", "theme": "dark"})
    as_alice.patch("/users/me/settings/preferences", {"preferences": {"a": 1, "b": 2}})
    changed = as_alice.patch("/users/me/settings/preferences", {"preferences": {"b": None, "c": 3}})

    assert changed.json() == as_alice.get("/users/me/settings/preferences").json() == {"preferences": {"a": 1, "c": 3}}
    assert as_alice.get("/users/me/settings").json()["theme"] == "dark"


def test_what_is_none_is_refused_and_changes_nothing(as_alice):
    as_alice.patch("/users/me/settings", {"a": "x" * 60_000})

    for path, body in (
        ("", []),
        ("", {"b": "x" * 60_000}),
        ("/preferences", {}),
        ("/preferences", {"preferences": []}),
        ("/preferences", {"preferences": {"b": "x" * 60_000}}),
    ):
        refused = as_alice.patch(f"/users/me/settings{path}", body)
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
    assert ClientSettings.objects.get().value == {"a": "x" * 60_000}
