from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent, User
from accounts.passwords import count_sign_up
from api.dialect import READ
from api.problem import Problem
from api.r2r import faults
from api.r2r.dialect import R2R, R2RAuthentication, unknown
from api.r2r.serializers.users import ABOUT, IN_METADATA, NAME, spell_user
from conversations.erasure import Erasure

PAGE, LONGEST = 100, 1_000


class Anybody(R2RAuthentication):
    """Also without credentials. Wrong ones are refused all the same."""

    def authenticate(self, request):
        return super().authenticate(request) if self.secret_of(request) else None


class UserView(R2R):
    """What the resources of users share: everybody's own record, and for superusers those of their workspace."""

    @property
    def scope(self):
        """One's own record comes with any key; those of others take the scope that says so."""
        verb = "read" if self.request.method in READ else "write"
        user = self.request.user
        own = user is not None and self.kwargs.get("user", "").lower() == str(user.pk)
        return f"{'conversations' if own else 'users'}:{verb}"

    def users(self):
        return User.objects.filter(workspace=self.request.user.workspace_id)

    def user(self, asked, spelled):
        """Raises Problem: 403 for any id but one's own, whether there is such a user or not."""
        pk = asked.path_id("id", spelled)
        asked.check()
        if pk == self.request.user.pk:
            return self.request.user
        if not self.is_superuser:
            raise Problem(403, "forbidden", "Users can only read and change their own account.")
        found = self.users().filter(pk=pk).first()
        if found is None:
            raise unknown("User", pk)
        return found


class Users(UserView):
    def get_authenticators(self):
        return [Anybody() if self.request.method == "POST" else R2RAuthentication()]

    def get(self, request):
        if not self.is_superuser:
            raise Problem(403, "forbidden", "Only a superuser can call the `users_overview` endpoint.")
        asked = self.asked()
        offset, limit = asked.whole("offset", default=0), asked.whole("limit", default=PAGE, least=1, most=LONGEST)
        ids = asked.ids("ids")
        asked.check()
        rows = self.users() if ids is None else self.users().filter(pk__in=ids)
        found = rows.order_by("-created_at", "-id")[offset : offset + limit]
        return self.results([spell_user(user) for user in found], rows.count())

    def post(self, request):
        return self.result(spell_user(register(self)))


class Me(R2R):
    def get(self, request):
        return self.result(spell_user(request.user))


class OneUser(UserView):
    def get(self, request, user):
        return self.result(spell_user(self.user(self.asked(), user)))

    def post(self, request, user):
        asked = self.asked()
        fields = told_of(asked)
        superuser = asked.flag("is_superuser")
        found = self.user(asked, user)
        if superuser is not None:
            if not self.is_superuser:
                raise Problem(403, "forbidden", "Non-superusers cannot update the superuser status of users.")
            fields["is_superuser"] = superuser
        if fields:
            change(found, fields)
            self.record("user.change", found, fields=sorted(fields))
        return self.result(spell_user(found))

    def delete(self, request, user):
        """With everything of theirs, for good. One's own account takes the password."""
        asked = self.asked()
        password = asked.text("password", required=not self.is_superuser)
        found = self.user(asked, user)
        if not self.is_superuser:
            self.check_password(found, password)
        Erasure(found).run(actor=request.user, request=request)
        return self.result({"success": True})


def register(view):
    """A new user of the caller's workspace; of their own where anybody may sign up. Raises Problem."""
    caller, request = view.request.user, view.request
    by_superuser = caller is not None and caller.is_superuser
    if not by_superuser and not settings.OPEN_SIGNUP:
        raise Problem(403, "forbidden", "Only a superuser can create users here.")
    asked = view.asked()
    email, password = asked.text("email", required=True, most=254), asked.text("password", required=True)
    fields = told_of(asked)
    if not by_superuser and asked.flag("is_verified") is not None:
        raise Problem(403, "forbidden", "Only a superuser can say that an address is verified.")
    if email is not None and not is_address(email):
        asked.refuse(faults.bad_value(["body", "email"], "value is not a valid email address", email))
    asked.check()
    if not by_superuser:
        count_sign_up(request)
    view.check_new_password(password, User(email=email, name=fields.get("name", "")), "password")
    metadata = with_about({}, fields)
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                email,
                password,
                name=fields.get("name") or "",
                metadata=metadata,
                workspace=caller.workspace if by_superuser else None,
            )
            AuditEvent.record("user.create" if by_superuser else "account.sign_up", actor=caller or user, target=user,
                              request=request)  # fmt: skip
    except (ValidationError, IntegrityError):
        raise Problem(400, "user_exists", "User with this email already exists") from None
    return user


def is_address(text):
    try:
        validate_email(text)
    except ValidationError:
        return False
    return "\x00" not in text


def told_of(asked):
    """What a body says of a user: {field: value}, where it says something."""
    given = {
        "name": asked.text("name", most=NAME),
        **{name: asked.text(name, most=ABOUT) for name in IN_METADATA},
        "metadata": asked.object("metadata"),
    }
    return {field: value for field, value in given.items() if value is not None}


def change(user, fields):
    user.name = fields.get("name", user.name)
    user.is_superuser = fields.get("is_superuser", user.is_superuser)
    user.metadata = with_about(user.metadata, fields)
    user.save(update_fields=["name", "is_superuser", "metadata", "updated_at"])


def with_about(metadata, fields):
    """The metadata that `fields` leave: `metadata` replaces it, except what stands there for fields of R2R's own."""
    kept = {name: metadata[name] for name in IN_METADATA if name in metadata}
    about = {name: fields[name] for name in IN_METADATA if name in fields}
    return fields.get("metadata", metadata) | kept | about
