from django.db import transaction

from accounts.models import User
from api.r2r.dialect import R2R, unknown
from api.r2r.serializers.users import spell_user
from projects.people import Role


class Readers(R2R):
    def get(self, request, conversation):
        """Whom its owner has let in, in that order."""
        asked = self.asked()
        pk = asked.path_id("id", conversation)
        asked.check()
        rows = [spell_user(grant.user) for grant in self.conversation(pk, own=True).people.listed()]
        return self.results(rows, len(rows))


class OneReader(R2R):
    """Somebody of the workspace who may read it, at every prefix. Done twice it is still done."""

    @transaction.atomic
    def post(self, request, conversation, user):
        found, user = self.both(conversation, user)
        if not found.grants.filter(user=user).exists():
            found.people.let_in(user, Role.VIEWER, by=request.user, request=request)
        return self.result({"success": True})

    @transaction.atomic
    def delete(self, request, conversation, user):
        found, user = self.both(conversation, user)
        found.people.show_out(user, by=request.user, request=request)
        return self.result({"success": True})

    def both(self, conversation, user):
        asked = self.asked()
        pk, user_pk = asked.path_id("id", conversation), asked.path_id("user_id", user)
        asked.check()
        found = self.conversation(pk, own=True)
        somebody = User.objects.filter(workspace=found.workspace_id, pk=user_pk).first()
        if somebody is None:
            raise unknown("User", user_pk)
        return found, somebody
