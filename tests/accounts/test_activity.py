import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.models import AuditEvent, User

PASSWORD = "alice's password"


@pytest.fixture(autouse=True)
def _no_earlier_tries():
    cache.clear()


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root@example.org", "root's password", name="Root")


@pytest.fixture
def activity(sign_in, alice):
    return lambda **query: sign_in(alice).get(reverse("accounts:activity"), query).content.decode()


def test_whoever_reads_a_conversation_is_named_to_its_owner_with_the_reason(activity, root, conversation):
    AuditEvent.record("conversation.read", actor=root, target=conversation, reason="Support request 4711")

    html = activity()

    assert "<bdi>Root</bdi>, an administrator" in html
    assert "Support request 4711" in html
    assert conversation.get_absolute_url() in html


def test_an_export_is_shown_with_how_much_left(activity, root, alice):
    AuditEvent.record("conversations.export", actor=root, target=alice, conversations=12, messages=99)

    assert "Exported conversations: 12" in activity()


def test_who_left_is_named_and_taken_for_no_administrator(activity, alice, bob, conversation):
    conversation.people.let_in(bob, "viewer", by=alice)
    conversation.people.show_out(bob, by=bob)

    html = activity()
    assert "Left a conversation" in html
    assert "<bdi>Bob</bdi> ·" in html


def test_whose_it_was_is_no_administrator_to_whom_it_was_handed(sign_in, alice, bob, root, conversation):
    for actor in (alice, root):
        AuditEvent.record("branch.delete", actor=actor, target=conversation)
    conversation.hand_over(bob, by=alice)
    html = sign_in(bob).get(reverse("accounts:activity")).content.decode()

    assert "<bdi>Alice</bdi> ·" in html
    assert "<bdi>Alice</bdi>, an administrator" not in html
    assert "<bdi>Root</bdi>, an administrator" in html


def test_nobody_reads_what_was_done_to_others(sign_in, root, charlie, conversation):
    AuditEvent.record("conversation.read", actor=root, target=conversation, reason="Support request 4711")

    html = sign_in(charlie).get(reverse("accounts:activity")).content.decode()

    assert "Nothing has happened yet" in html
    assert "4711" not in html


def test_signing_in_leaves_a_line(client, alice, activity):
    client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD}, REMOTE_ADDR="192.0.2.7")

    line = AuditEvent.objects.get(action="account.sign_in")
    assert (line.actor_id, line.target_id, line.address) == (alice.pk, alice.pk, "192.0.2.7")
    assert "192.0.2.7" in activity()


def test_a_failed_sign_in_leaves_a_line_without_what_was_typed(client, alice, activity):
    for typed in ("alice@example.org", "secret@example.org"):
        client.post(reverse("account_login"), {"login": typed, "password": "a secret guess"})

    lines = AuditEvent.objects.filter(action="account.sign_in_failed").order_by("created_at")
    assert [line.target_id for line in lines] == [alice.pk, None]
    assert not any("secret" in repr(vars(line)) for line in lines)
    assert "Wrong password" in activity()


def test_a_guesser_cannot_fill_the_trail(client, alice):
    for _ in range(12):
        client.post(reverse("account_login"), {"login": alice.email, "password": "a guess"})

    assert AuditEvent.objects.filter(action="account.sign_in_failed").count() <= 5


def test_signing_up_leaves_a_line(client, db, settings):
    settings.OPEN_SIGNUP = True
    client.post(reverse("account_signup"), {"email": "dora@example.org", "password1": "a long enough one"})

    dora = User.objects.get()
    assert {line.action for line in AuditEvent.objects.filter(target_id=dora.pk)} == {
        "account.sign_up",
        "account.sign_in",
    }


def test_fifty_lines_to_a_page_newest_first(activity, root, alice):
    for number in range(60):
        AuditEvent.record("user.change", actor=root, target=alice, reason=f"Number {number:02}.")

    assert "Number 59." in activity()
    assert "Number 09." not in activity()
    assert "Number 09." in activity(page=2)
    assert "Number 09." in activity(page="99")


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "\x00"])
def test_any_page_number_gives_a_page(activity, page):
    assert "<h1>Activity</h1>" in activity(page=page)


def test_a_long_list_costs_the_same_queries(sign_in, root, alice, conversation, django_assert_num_queries):
    for _ in range(30):
        AuditEvent.record("conversation.read", actor=root, target=conversation, reason="Support request 4711")
    client = sign_in(alice)

    with django_assert_num_queries(8):  # session with its user, the sidebar's two, count, lines, who, titles twice
        client.get(reverse("accounts:activity"))
