import pytest


@pytest.fixture
def orq(program, alice, key_of):
    return program(key_of(alice), prefix="/v2")


@pytest.fixture
def orq_of_bob(program, bob, key_of):
    return program(key_of(bob), prefix="/v2")


@pytest.fixture
def orq_of_charlie(program, charlie, key_of):
    return program(key_of(charlie), prefix="/v2")
