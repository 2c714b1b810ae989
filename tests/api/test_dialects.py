"""Each prefix refuses in its vendor's words, whatever refuses: no route, no credentials, a fault before any view."""

import pytest

from api.dialects import dialect_of

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
