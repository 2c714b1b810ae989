from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import ApiKey, AuditEvent, User, Workspace

pytestmark = pytest.mark.django_db


def run(*arguments):
    """Standard output's lines; what is said to people goes to standard error and is not for scripts."""
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue().splitlines()


def test_a_user_is_made_who_can_sign_in():
    assert run("create_user", "Dora@Example.org", "--password", "correct-horse-9") == []

    dora = User.objects.get(email="dora@example.org")
    assert dora.check_password("correct-horse-9")
    assert (dora.role, dora.is_superuser, dora.is_staff) == ("admin", False, False)
    assert AuditEvent.objects.filter(action="user.create", target_id=dora.pk).exists()


def test_without_a_password_one_is_made_and_printed_last():
    *_, password = run("create_user", "dora@example.org")

    assert User.objects.get().check_password(password)
    assert len(password) >= 20


def test_superusers_are_made_here_and_may_open_the_admin():
    run("create_user", "root@example.org", "--superuser")

    assert User.objects.filter(is_superuser=True, is_staff=True).count() == 1


def test_the_first_of_a_workspace_runs_it_and_the_second_joins():
    run("create_user", "dora@example.org", "--workspace", "Acme")
    run("create_user", "emil@example.org", "--workspace", "Acme")

    assert list(Workspace.objects.values_list("name", flat=True)) == ["Acme"]
    assert list(User.objects.order_by("email").values_list("role", flat=True)) == ["admin", "member"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["create_user", "nobody"], "valid email"),
        (["create_user", "dora@example.org", "--password", "short"], "at least 10"),
        (["create_user", "dora@example.org", "--workspace", " "], "1 to 120"),
        (["create_api_key"], "Give the e-mail"),
        (["create_api_key", "dora@example.org"], "There is no user dora@example.org."),
        (["create_api_key", "--workspace", "Acme"], "There is no workspace Acme."),
        (["create_api_key", "dora@example.org", "--scopes", ","], "without scopes"),
        (["create_api_key", "dora@example.org", "--days", "0"], "1 to 36,500 days"),
    ],
)
def test_wrong_input_is_answered_with_a_sentence(arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)

    assert not User.objects.exists()
    assert not Workspace.objects.exists()


def test_the_same_address_twice_is_refused(alice):
    with pytest.raises(CommandError, match="already a user"):
        run("create_user", "ALICE@example.org", "--password", "correct-horse-9")


def test_a_key_is_printed_alone_on_the_last_line(alice):
    *_, secret = run(
        "create_api_key", "alice@example.org", "--scopes", "users:read, users:write", "--name", "laptop", "--days", "2"
    )

    key = ApiKey.objects.find(secret)
    assert timedelta(days=1) < key.expires_at - timezone.now() < timedelta(days=2)
    assert (key.user, key.workspace, key.name) == (alice, alice.workspace, "laptop")
    assert key.scopes == ["users:read", "users:write"]
    assert secret not in str(AuditEvent.objects.get(action="apikey.create").__dict__)


def test_an_unknown_scope_is_named_and_no_key_is_made(alice):
    with pytest.raises(CommandError, match="Unknown scope 'root'"):
        run("create_api_key", "alice@example.org", "--scopes", "root")

    assert not ApiKey.objects.exists()


def test_a_workspace_key_is_asked_for_by_name_or_id(alice):
    for name in (alice.workspace.name, alice.workspace.typeid):
        *_, secret = run("create_api_key", "--workspace", name)
        assert ApiKey.objects.find(secret).user is None


def test_two_workspaces_of_one_name_are_told_apart_by_id():
    for _ in range(2):
        Workspace.objects.create(name="Acme")

    with pytest.raises(CommandError, match="2 workspaces called Acme"):
        run("create_api_key", "--workspace", "Acme")
