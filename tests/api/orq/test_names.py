import pytest
from django.db import connection

from conversations.models import Conversation
from tests.model_server import completion

# A connection that is given back takes the transaction with it that tests otherwise run in.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def path(orq):
    return f"/conversations/{orq.post('/conversations', {'metadata': {'generatingTitle': True}}).json()['_id']}"


def test_without_a_model_the_first_words_are_the_name(orq, path):
    words = (
        "**Which** telescope should a beginner buy, who lives in a town and has neither a garden nor a car to go out?"
    )

    named = orq.post(f"{path}/generate-name", {"context": words})

    assert named.status_code == 200
    assert named.json()["displayName"] == (
        "Which telescope should a beginner buy, who lives in a town and has neither a garden nor a car to go"
    )
    assert named.json()["metadata"] == {"generatingTitle": False}
    assert orq.get(path).json()["displayName"] == named.json()["displayName"]


@pytest.mark.parametrize(("words", "name"), [("short", "short"), ("x" * 300, "x" * 100), ("***", "Untitled")])
def test_a_name_is_cut_at_a_word_where_there_is_one(orq, path, words, name):
    assert orq.post(f"{path}/generate-name", {"context": words}).json()["displayName"] == name


def test_the_model_names_what_it_is_told(orq, path, model_server):
    model_server.behaviour = lambda handler, question: handler.send(completion('  "Choosing a\ntelescope"  '))

    assert orq.post(f"{path}/generate-name", {"context": "x" * 10_000}).json()["displayName"] == "Choosing a telescope"
    asked = model_server.questions[0]
    assert (asked["model"], asked["messages"][-1]) == ("llama", {"role": "user", "content": "x" * 8_000})


def test_a_model_that_fails_is_said_and_nothing_is_named(orq, path, model_server):
    model_server.behaviour = lambda handler, question: handler.send({}, status=500)

    refused = orq.post(f"{path}/generate-name", {"context": "x"})

    assert (refused.status_code, list(refused.json())) == (502, ["message"])
    assert orq.get(path).json()["displayName"] == "Untitled"


@pytest.mark.parametrize("title", [None, "", "Untitled"])
def test_what_has_no_name_is_named(orq, path, title):
    Conversation.objects.update(title=title)

    assert orq.post(f"{path}/generate-name", {"context": "x"}).json()["displayName"] == "x"


def test_what_has_a_name_keeps_it(orq, path, model_server):
    orq.patch(path, {"displayName": "Mine"})

    refused = orq.post(f"{path}/generate-name", {"context": "x"})

    assert (refused.status_code, refused.json()) == (400, {"message": "Conversation already has a display name."})
    assert not model_server.questions


def test_a_name_given_while_the_model_thinks_stays(orq, path, model_server):
    def behaviour(handler, question):
        Conversation.objects.update(title="Mine")
        connection.close()  # the server's thread has its own
        handler.send(completion("The model's"))

    model_server.behaviour = behaviour

    assert orq.post(f"{path}/generate-name", {"context": "x"}).status_code == 400
    assert orq.get(path).json()["displayName"] == "Mine"


@pytest.mark.parametrize(
    "body", [{}, {"context": ""}, {"context": 5}, {"context": None}, [], {"context": "x" * 1_000_001}]
)
def test_a_name_needs_words(orq, path, body):
    refused = orq.post(f"{path}/generate-name", body)

    assert (refused.status_code, list(refused.json())) == (400, ["message"])


def test_a_request_repeated_with_its_key_asks_the_model_once(orq, path, model_server):
    first = orq.post(f"{path}/generate-name", {"context": "x"}, Idempotency_Key="k")
    again = orq.post(f"{path}/generate-name", {"context": "x"}, Idempotency_Key="k")

    assert again.json() == first.json()
    assert len(model_server.questions) == 1
