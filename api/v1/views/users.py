from django.db import transaction

from accounts.models import AuditEvent, User
from api import specification as spec
from api.problem import Problem, not_found
from api.v1.dialect import V1, etag_of
from api.v1.serializers.users import UserChange, UserInput, UserSerializer, spell_user
from conversations.erasure import Erasure


class UserView(V1):
    """What the resources of users share: a key with users:read or users:write sees everybody of its workspace."""

    resource = "users"
    needs_user = False

    def users(self):
        return User.objects.filter(workspace=self.request.auth.workspace_id)

    def user(self, text, *, made_here=False):
        """By id or external id. Raises Problem (404, and 403 for a person, who decides about themselves)."""
        found = self.users().named(text)
        if found is None:
            raise not_found("user")
        if made_here and found.email:
            raise Problem(403, "forbidden", "Somebody who signs in decides this for themselves.")
        return found

    def shown(self, user, status=200):
        return self.answer(spell_user(user), status, etag=etag_of(user))

    def record(self, action, user, **details):
        actor = self.request.user or self.request.auth
        AuditEvent.record(action, actor=actor, target=user, request=self.request, **details)


class Users(UserView):
    @spec.described(answers={200: spec.listed(UserSerializer)}, query=spec.walked(User.PREFIX))
    def get(self, request):
        """Everybody of the workspace, newest first."""
        return self.newest_first(self.users(), spell_user)  # who is erased leaves no place to go on from

    @spec.described(takes=UserInput, answers={200: UserSerializer, 201: UserSerializer})
    def post(self, request):
        """A user of your program, who cannot sign in. 200 and no change where there is one of that external id."""
        user, is_new = self.users().get_or_make(**self.payload(UserInput), workspace=request.auth.workspace)
        if is_new:
            self.record("user.create", user)
        return self.shown(user, 201 if is_new else 200)


class OneUser(UserView):
    @spec.described(answers={200: UserSerializer})
    def get(self, request, user):
        """One user, by id or external id."""
        return self.shown(self.user(user))

    @spec.described(takes=UserChange, answers={200: UserSerializer}, if_match=True)
    def patch(self, request, user):
        """Another name, other metadata: of users that a program made."""
        fields = self.payload(UserChange)
        found = self.user(user, made_here=True)
        with transaction.atomic():
            found = self.locked(found)
            for name, empty in (("name", ""), ("metadata", {})):
                if name in fields:
                    setattr(found, name, fields[name] or empty)
            found.save(update_fields=[*fields, "updated_at"])
            self.record("user.change", found, fields=sorted(fields))
        return self.shown(found)

    @spec.described(answers={200: spec.deleted("user.deleted")}, if_match=True)
    def delete(self, request, user):
        """Erases a user that a program made, with everything they have, for good."""
        found = self.user(user, made_here=True)
        answer = self.deleted(found, "user")
        with transaction.atomic():  # of its own: what erases works in portions
            self.locked(found)
        Erasure(found).run(actor=request.user or request.auth, request=request)
        return answer
