from django.db import transaction

from api.problem import Problem, not_found
from api.queries import text_of
from api.raven.dialect import Raven
from api.raven.serializers.users import UserChange, UserInput, spell_user


class Users(Raven):
    resource = "users"

    def get(self, request):
        """Everybody of the workspace, newest first; or whoever has this `external_ref`."""
        found = self.users()
        if name := text_of(request.GET, "external_ref"):
            found = found.filter(external_id=name)
        return self.listed("users", found.order_by("-pk"), spell_user)

    @transaction.atomic
    def post(self, request):
        """A user of your program, who cannot sign in."""
        fields = self.payload(UserInput)
        told = {"name": fields.get("display_name", ""), "metadata": fields.get("metadata", {})}
        user, is_new = self.make_user(fields.get("external_ref"), **told)
        if not is_new:
            raise Problem(409, "user_exists", "There is a user of this external_ref already.")
        return self.answer(spell_user(user), 201)


class OneUser(Raven):
    resource = "users"

    def get(self, request, user):
        """By either of the names that a user has here."""
        return self.answer(spell_user(self.user(user)))

    def patch(self, request, user):
        """Another name, other metadata: of users that a program made."""
        fields = self.payload(UserChange)
        found = self.user(user)
        if found.email:
            raise Problem(403, "forbidden", "Somebody who signs in decides this for themselves.")
        if "display_name" in fields:
            found.name = fields["display_name"] or ""
        if "metadata" in fields:
            found.metadata = fields["metadata"] or {}
        found.save(update_fields=["name", "metadata", "updated_at"])
        self.record("user.change", found, fields=sorted(fields))
        return self.answer(spell_user(found))

    def user(self, name):
        found = self.users().named(name)
        if found is None:
            raise not_found("user")
        return found
