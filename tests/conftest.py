"""The cast: Alice owns the project, Bob is on it, Charlie must never see anything of theirs."""

import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, settings

from accounts import throttling
from accounts.models import ApiKey, User
from conversations.models import Conversation
from lib.asking import Exchange
from lib.outage import Connection
from projects.models import Project, ProjectMember, Role
from sharing import counting
from tests.model_server import ModelServer

# How long it takes to think of an example, or to try one, says more about the machine than about either; and what a
# fixture has made once, no example changes.
NOT_CHECKED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("parley", deadline=None, suppress_health_check=NOT_CHECKED)
settings.load_profile("parley")


@pytest.fixture
def alice(db):
    """Owns the project and everything in it."""
    return User.objects.create_user("alice@example.org", "alice's password", name="Alice")


@pytest.fixture
def bob(alice):
    """In Alice's workspace, let into her project as a viewer."""
    return User.objects.create_user("bob@example.org", "bob's password", name="Bob", workspace=alice.workspace)


@pytest.fixture
def charlie(db):
    """Must never see anything of Alice's (who owns the project) or Bob's (who is on it)."""
    return User.objects.create_user("charlie@example.org", "charlie's password", name="Charlie")


@pytest.fixture
def project(alice, bob):
    project = Project.objects.create(owner=alice, workspace=alice.workspace, name="Observatory")
    ProjectMember.objects.create(project=project, user=bob, role=Role.VIEWER)
    return project


@pytest.fixture
def conversation(alice, project):
    conversation = Conversation.objects.start(alice, title="Choosing a telescope", project=project)
    conversation.append("user", "Which telescope should a beginner buy?")
    conversation.append("assistant", "A **Dobsonian** of six to eight inches: the most aperture for the money.")
    return conversation


@pytest.fixture
def sign_in():
    def sign_in(user):
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture(autouse=True)
def views_are_counted_at_once(monkeypatch):
    """By the one who reads, inside the test's transaction."""
    monkeypatch.setattr(counting, "PAUSE", -1)


@pytest.fixture(autouse=True)
def an_hour_begins(monkeypatch):
    """For whoever counts requests: the first of a minute costs two queries more, and the counts begin anew."""
    since = time.time() % 3600

    def now():
        return time.time() if time_machine.escape_hatch.is_travelling() else time.time() - since

    monkeypatch.setattr(throttling, "time", SimpleNamespace(time=now))


@pytest.fixture
def time_machine_frozen():
    """The clock stands still."""
    with time_machine.travel("2026-11-20T10:15:00Z", tick=False):
        yield


@pytest.fixture
def model_server(settings):
    """A real one, that Parley is configured with."""
    with ModelServer() as server:
        settings.MODEL_BASE_URL, settings.MODEL_NAME, settings.MODEL_API_KEY = server.url, "llama", "sk-of-the-operator"
        yield server


@pytest.fixture
def key_of():
    """The secret of a new key of this user."""

    def key_of(user, **fields):
        return ApiKey.objects.mint(workspace=user.workspace, user=user, **fields)[1]

    return key_of


@pytest.fixture
def exchanges(monkeypatch):
    """A list that grows with every exchange with the database, in a test that is no transaction itself."""
    begun = []

    def counted(begin):
        def count(self, *args, **kwargs):
            begun.append(args[0])
            return begin(self, *args, **kwargs)

        return count

    connection.ensure_connection()
    monkeypatch.setattr(Connection, "wait", counted(Connection.wait))
    monkeypatch.setattr(Exchange, "__init__", counted(Exchange.__init__))
    return begun


@pytest.fixture
def just_before(monkeypatch):
    """just_before(owner, name, act): somebody else acts, over a connection of their own, right before the next call
    of owner.name."""

    def arrange(owner, name, act):
        function = getattr(owner, name)

        def overtaken(*args):
            monkeypatch.setattr(owner, name, function)
            with ThreadPoolExecutor(1) as other:
                other.submit(lambda: (act(), connection.close())).result()
            return function(*args)

        monkeypatch.setattr(owner, name, overtaken)

    return arrange
