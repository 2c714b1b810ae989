import pytest

from accounts.models import ApiKey
from accounts.models.api_key import SCOPES


@pytest.fixture
def raven(program, alice):
    """A key of Alice's workspace, with all scopes."""
    return program(ApiKey.objects.mint(workspace=alice.workspace, name="app", scopes=SCOPES)[1], prefix="/api/v1")


@pytest.fixture
def raven_of_charlie(program, charlie):
    """A key of another workspace."""
    return program(ApiKey.objects.mint(workspace=charlie.workspace, name="app", scopes=SCOPES)[1], prefix="/api/v1")


@pytest.fixture
def raven_of_bob(program, bob, key_of):
    """A key of Bob himself, in Alice's workspace."""
    scopes = [scope for scope in SCOPES if scope != "users:write"]
    return program(key_of(bob, scopes=scopes), prefix="/api/v1")


@pytest.fixture
def made(raven):
    """A conversation of the program's own user, as the vendor's page makes it."""
    answer = raven.post(
        "/conversations",
        {
            "user_id": "usr_abc123",
            "title": "Project Planning Session",
            "metadata": {"project": "website-redesign", "priority": "high"},
        },
    )
    assert answer.status_code == 201, answer.content
    return answer.json()
