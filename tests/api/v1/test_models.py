def test_without_a_model_the_list_is_empty(as_alice):
    assert as_alice.get("/models").json() == {"object": "list", "data": []}


def test_with_one_it_is_named_and_nothing_is_said_of_where_it_is(as_alice, model_server):
    answer = as_alice.get("/models")

    assert [model["id"] for model in answer.json()["data"]] == ["llama"]
    assert b"127.0.0.1" not in answer.content
