"""The cast's programs, as they speak at /v3: ids are plain UUIDs, and a superuser keeps house."""

import pytest

from accounts.models import User


@pytest.fixture
def root(alice):
    """A superuser of Alice's workspace."""
    return User.objects.create_superuser("root@example.org", "root's password", workspace=alice.workspace)


@pytest.fixture
def v3(program, key_of):
    """A program of that user."""
    return lambda user, **fields: program(key_of(user, **fields), "/v3")


@pytest.fixture
def as_alice(alice, v3):
    return v3(alice)


@pytest.fixture
def as_bob(bob, v3):
    return v3(bob)


@pytest.fixture
def as_charlie(charlie, v3):
    return v3(charlie)


@pytest.fixture
def as_root(root, v3):
    return v3(root)


@pytest.fixture
def thread(as_alice):
    """(its path, the ids of its messages): a conversation of Alice's with a question and an answer."""
    path = f"/conversations/{as_alice.post('/conversations', {'name': 'Planning'}).json()['results']['id']}"
    question = as_alice.post(f"{path}/messages", {"content": "Hello", "role": "user", "metadata": {"k": "v"}})
    answer = as_alice.post(f"{path}/messages", {"content": "Hi!", "role": "assistant"})
    return path, [said.json()["results"]["id"] for said in (question, answer)]
