import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from accounts.models import ApiKey, AuditEvent, User, Workspace

pytestmark = pytest.mark.django_db
USER_FIELDS = {"name": "Bobby", "role": "member", "theme": "system", "is_active": "on"}


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root@example.org", "root's password")


def change(user):
    return reverse("admin:accounts_user_change", args=[user.pk])


def test_a_stranger_is_sent_to_the_one_sign_in_page(client):
    response = client.get("/admin/")
    assert response.status_code == 302

    response = client.get("/admin/login/?next=/admin/counts/")
    assert response["Location"] == f"{reverse('account_login')}?next=/admin/counts/"


def test_whoever_is_no_superuser_finds_nothing_not_even_with_staff(sign_in, alice, bob):
    bob.is_staff = True
    bob.save()

    for person in (alice, bob):
        response = sign_in(person).get("/admin/", follow=True)
        assert response.status_code == 404


def test_a_superuser_without_staff_finds_nothing(sign_in, root):
    root.is_staff = False
    root.save()

    assert sign_in(root).get("/admin/accounts/user/", follow=True).status_code == 404


def test_nobody_becomes_a_superuser_through_the_admin(sign_in, root, bob):
    data = USER_FIELDS | {"email": bob.email, "is_superuser": "on", "is_staff": "on", "external_id": "x"}
    assert sign_in(root).post(change(bob), data).status_code == 302

    bob.refresh_from_db()
    assert (bob.name, bob.is_superuser, bob.is_staff, bob.external_id) == ("Bobby", False, False, None)
    event = AuditEvent.objects.get(action="user.change")
    assert (event.actor_id, event.target_id, event.details) == (root.pk, bob.pk, {"fields": ["Name"]})


def test_a_changed_address_closes_the_old_one(sign_in, root, bob):
    EmailAddress.objects.create(user=bob, email=bob.email, primary=True, verified=True)

    sign_in(root).post(change(bob), USER_FIELDS | {"email": "Bob2@Example.org"})

    bob.refresh_from_db()
    assert bob.email == "bob2@example.org"
    assert not EmailAddress.objects.filter(user=bob).exists()


def test_an_address_is_not_taken_twice(sign_in, root, bob, alice):
    response = sign_in(root).post(change(bob), USER_FIELDS | {"email": "ALICE@example.org"})

    assert response.status_code == 200
    assert "There is already a user alice@example.org." in response.text


def test_a_new_user_gets_a_workspace_or_joins_one(sign_in, root, alice):
    client = sign_in(root)
    passwords = {"password1": "correct-horse-9", "password2": "correct-horse-9"}
    url = reverse("admin:accounts_user_add")

    assert client.post(url, {"email": "dora@example.org"} | passwords).status_code == 302
    joining = {"email": "emil@example.org", "workspace": alice.workspace_id}
    assert client.post(url, joining | passwords).status_code == 302

    dora, emil = User.objects.with_email("dora@example.org"), User.objects.with_email("emil@example.org")
    assert (dora.role, dora.workspace.name) == ("admin", "dora@example.org")
    assert (emil.role, emil.workspace) == ("member", alice.workspace)
    assert dora.check_password("correct-horse-9")
    assert AuditEvent.objects.filter(action="user.create").count() == 2


def test_a_password_is_changed_and_written_down_without_it(sign_in, root, bob):
    url = reverse("admin:auth_user_password_change", args=[bob.pk])
    response = sign_in(root).post(url, {"password1": "correct-horse-9", "password2": "correct-horse-9"})

    assert response.status_code == 302
    bob.refresh_from_db()
    assert bob.check_password("correct-horse-9")
    assert "correct-horse" not in str(AuditEvent.objects.get(action="user.change").__dict__)


def test_deleting_a_user_takes_everything_of_theirs_and_nothing_else(sign_in, root, alice, bob, conversation):
    url = reverse("admin:accounts_user_delete", args=[alice.pk])
    client = sign_in(root)

    assert "conversations: 1" in " ".join(client.get(url).text.split()).lower()
    assert client.post(url, {"post": "yes"}).status_code == 302

    assert list(User.objects.order_by("email").values_list("email", flat=True)) == [bob.email, root.email]
    assert not type(conversation).objects.exists()
    assert AuditEvent.objects.filter(action="user.delete", target_id=alice.pk).exists()


def test_superusers_are_not_deleted_here(sign_in, root):
    assert sign_in(root).post(reverse("admin:accounts_user_delete", args=[root.pk]), {"post": "yes"}).status_code == 403


def test_keys_are_revoked_but_never_made_or_shown(sign_in, root, alice):
    key, secret = ApiKey.objects.mint(workspace=alice.workspace, user=alice)
    client = sign_in(root)
    page = client.get(reverse("admin:accounts_apikey_change", args=[key.pk])).text
    listed = reverse("admin:accounts_apikey_changelist")

    client.post(listed, {"action": "revoke_selected", "_selected_action": [key.pk]})

    assert key.digest.hex() not in page
    assert repr(key.digest) not in page
    assert client.get(reverse("admin:accounts_apikey_add")).status_code == 403
    assert ApiKey.objects.find(secret) is None
    assert AuditEvent.objects.filter(action="apikey.revoke", target_id=key.pk, actor_id=root.pk).exists()


def test_the_audit_trail_is_read_only_and_found_by_any_id(sign_in, root, alice, bob):
    AuditEvent.record("user.change", actor=alice, target=bob)
    client = sign_in(root)
    listed = reverse("admin:accounts_auditevent_changelist")
    event = AuditEvent.objects.get()

    for query in (bob.typeid, str(bob.pk), alice.typeid, event.typeid, "user.change", "Alice"):
        assert client.get(listed, {"q": query}).context["cl"].result_count == 1
    assert client.get(listed, {"q": "conv_01h455vb4pex5vsknk084sn02q"}).context["cl"].result_count == 0
    for page in ("change", "delete"):
        url = reverse(f"admin:accounts_auditevent_{page}", args=[event.pk])
        assert client.post(url, {"reason": "nothing", "post": "yes"}).status_code == 403


def test_the_history_of_a_thing_is_its_audit_trail(sign_in, root, bob):
    response = sign_in(root).get(reverse("admin:accounts_user_history", args=[bob.pk]))

    assert response["Location"] == f"{reverse('admin:accounts_auditevent_changelist')}?q={bob.pk}"


@pytest.mark.parametrize("model", ["user", "workspace", "apikey", "auditevent"])
def test_lists_of_accounts_ask_as_much_for_many_rows_as_for_one(sign_in, root, alice, model, django_assert_num_queries):
    for number in range(20):
        user = User.objects.create_user(f"user{number}@example.org")
        ApiKey.objects.mint(workspace=user.workspace, user=user)
        AuditEvent.record("user.create", target=user)
    client = sign_in(root)
    # session with its user, capped count, page; the audit trail's dates take two more.
    with django_assert_num_queries(5 if model == "auditevent" else 3):
        response = client.get(reverse(f"admin:accounts_{model}_changelist"))

    assert response.status_code == 200
    assert Workspace.objects.count() > 20
