import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEvent


@pytest.fixture
def event(alice, bob):
    return AuditEvent.record("user.change", actor=alice, target=bob, fields=["name"])


def test_a_line_says_who_did_what_to_whom(event, alice, bob):
    event.refresh_from_db()

    assert (event.action, event.actor_id, event.actor_name) == ("user.change", alice.pk, "Alice")
    assert (event.target_type, event.target_id, event.workspace_id) == ("user", bob.pk, bob.workspace_id)
    assert event.details == {"fields": ["name"]}


@pytest.mark.parametrize(
    "statement",
    ["UPDATE accounts_auditevent SET reason = 'nothing happened'", "DELETE FROM accounts_auditevent"],
)
def test_the_trail_is_append_only(event, statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditEvent.objects.filter(pk=event.pk, reason="").exists()


def test_a_line_outlives_whom_it_names(event, bob):
    bob.delete()

    assert AuditEvent.objects.filter(pk=event.pk).exists()
