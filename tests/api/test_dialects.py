"""Each prefix refuses in its vendor's words, whatever refuses: no route, no credentials, a fault before any view."""

import pytest

from api.dialects import dialect_of
from tests.api.conftest import Program

SHAPES = {
    "/v1/x": {"code", "error", "message", "request_id"},
    "/v2/conversations/a/b/c": {"message"},
    "/v2/conversations_overview/x/y": {"detail"},
    "/v2/x": {"message", "detail"},
    "/v3/x": {"detail"},
    "/api/v1/x": {"error", "code", "message", "request_id"},
    "/openai/v1/x": {"error"},
}


@pytest.mark.parametrize("path", SHAPES)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_an_unknown_address_is_404_in_the_words_of_its_prefix_and_never_a_redirect(client, path, method, slash):
    answer = client.generic(method, path + slash)

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/json"
    assert set(answer.json()) == SHAPES[path]


@pytest.mark.parametrize("prefix", ["/v1", "/v2", "/v3", "/api/v1", "/openai/v1"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_prefix_by_itself_is_no_address(client, prefix, slash):
    assert client.post(prefix + slash).status_code == 404
    assert client.get(prefix + slash).json()


@pytest.mark.parametrize("path", SHAPES)
def test_a_refusal_before_any_view_has_that_shape_too(client, path):
    answer = client.get(path, headers={"Host": "bad host"})

    assert answer.status_code == 400
    assert set(answer.json()) in ({"detail"}, SHAPES[path], {"message", "error_type"})


@pytest.mark.parametrize(
    "path", ["/", "/v11", "/v", "/v1x/y", "/api", "/api/v11", "/openai", "/openai/v2", "/conversations/"]
)
def test_what_only_looks_like_a_prefix_is_none(path):
    assert dialect_of(path) is None


FLAT = {"code", "error", "message", "request_id"}
R2R = {"message", "error_type"}
# A list of each dialect: what a refusal of it holds, and what its framework's do where those are others.
LISTS = {
    "/v1/conversations": (FLAT, FLAT),
    "/v2/conversations": ({"message"}, {"message"}),
    "/v2/conversations/": ({"message"}, {"message"}),
    "/v2/conversations_overview": (R2R, {"detail"}),
    "/v3/conversations": (R2R, {"detail"}),
    "/api/v1/conversations?user_id=x": (FLAT, FLAT),
    "/openai/v1/conversations": ({"error"}, {"error"}),
}


def said(answer, status, keys):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json"
    assert set(answer.json()) == keys, answer.content
    return answer


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("credential", [None, "Bearer nonsense", "Bearer rk_live_nonsense", "Basic YTpi", "Bearer "])
def test_whoever_has_no_good_key_is_told_so(client, path, credential):
    answer = client.get(path, headers={"Authorization": credential} if credential else {})

    said(answer, 401, LISTS[path][0])
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", LISTS)
def test_a_verb_that_is_none_of_it_names_those_that_are(key_of, alice, path):
    answer = said(Program(key_of(alice), "")("PUT", path, {}), 405, LISTS[path][1])

    assert "GET" in answer["Allow"]


@pytest.mark.parametrize("path", LISTS)
def test_a_key_that_may_only_read_writes_nothing(key_of, alice, path):
    reader = Program(key_of(alice, scopes=["conversations:read"]), "")
    asked = "/v2/create_conversation" if "overview" in path else path

    said(reader.post(asked, {"user_id": "x"}), 403, LISTS[path][0])


@pytest.mark.parametrize("path", LISTS)
def test_a_body_that_is_no_json_is_refused(key_of, alice, path):
    program = Program(key_of(alice), "")
    if "overview" in path:
        said(program("POST", "/v2/register", raw=b"{"), 422, {"detail"})
    elif path.startswith("/v3"):
        said(program("POST", path, raw=b"{"), 422, {"detail"})
    else:
        said(program("POST", path.partition("?")[0], raw=b"{"), 400, LISTS[path][0])


@pytest.mark.parametrize("path", LISTS)
def test_more_than_a_key_may_ask_is_429_and_says_when_to_come_back(key_of, alice, settings, path):
    settings.API_RATE = 1
    program = Program(key_of(alice), "")
    answers = [program.get(path) for _ in range(3)]

    answer = said(answers[-1], 429, LISTS[path][1])
    assert int(answer["Retry-After"]) > 0


@pytest.mark.parametrize("path", LISTS)
def test_while_the_database_is_away_every_prefix_says_so(client, monkeypatch, path):
    monkeypatch.setattr("config.middleware.is_away", lambda: True)

    answer = said(client.get(path, headers={"Authorization": "Bearer rk_live_x"}), 503, LISTS[path][0])
    assert answer["Retry-After"]
