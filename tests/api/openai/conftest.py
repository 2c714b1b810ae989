import pytest

from tests.api.conftest import Program


@pytest.fixture
def openai(alice, key_of):
    """Alice's program, that speaks to /openai/v1."""
    return Program(key_of(alice), "/openai/v1")


@pytest.fixture
def house(alice, key_of):
    """Another of hers, that speaks the house dialect."""
    return Program(key_of(alice))


@pytest.fixture
def stranger(charlie, key_of):
    return Program(key_of(charlie), "/openai/v1")


@pytest.fixture
def path(openai):
    """Of a conversation without items."""
    return f"/conversations/{openai.post('/conversations', {}).json()['id']}"
