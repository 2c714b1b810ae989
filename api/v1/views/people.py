"""Who was let into a conversation or a project. Only its owner sees and changes that."""

from django.db import transaction

from accounts.models import AuditEvent
from api import specification as spec
from api.problem import not_found
from api.v1.serializers.people import PersonInput, PersonSerializer, RoleChange, spell_person
from api.v1.views.projects import ProjectView


class PeopleView(ProjectView):
    """What both lists of people share."""

    kind = "conversation.grant"
    noun = "grant"  # in the audit trail

    def mine(self, spelled):
        found = self.conversation(spelled)
        self.check_owner(found)
        return found

    def person(self, spelled):
        user = self.request.user.workspace.users.meant(spelled)
        if user is None:
            raise not_found("user")
        return user

    def people(self, rows):
        found = rows.select_related("user").order_by("created_at", "id")
        return self.answer({"object": "list", "data": [spell_person(self.kind, row) for row in found]})

    @transaction.atomic
    def let_in(self, thing, user, role, status=200, **by):
        row = thing.let_in(user, role, **by)
        self.record("create", thing, user, role=role)
        return self.answer(spell_person(self.kind, row), status)

    @transaction.atomic
    def show_out(self, thing, user):
        if thing.show_out(user):
            self.record("delete", thing, user)
        return self.answer({"id": user.typeid, "object": f"{self.kind}.deleted", "deleted": True})

    def record(self, act, thing, user, **details):
        AuditEvent.record(
            f"{self.noun}.{act}",
            actor=self.request.user,
            target=thing,
            request=self.request,
            user=user.typeid,
            **details,
        )


class Grants(PeopleView):
    @spec.described(answers={200: spec.whole_list(PersonSerializer)})
    def get(self, request, conversation):
        """Who was let into it, in that order."""
        return self.people(self.mine(conversation).grants)

    @spec.described(takes=PersonInput, answers={201: PersonSerializer})
    def post(self, request, conversation):
        """Lets somebody of the workspace in, or gives them another role."""
        found = self.mine(conversation)
        fields = self.payload(PersonInput)
        return self.let_in(found, self.person(fields["user"]), fields["role"], 201, by=request.user)


class OneGrant(PeopleView):
    @spec.described(answers={200: spec.deleted("conversation.grant.deleted")})
    def delete(self, request, conversation, user):
        """Shows somebody out, at once. Done twice it is still done."""
        return self.show_out(self.mine(conversation), self.person(user))


class MemberView(PeopleView):
    kind = "project.member"
    noun = "projectmember"

    def mine(self, spelled):
        found = self.project(spelled)
        self.check_owner(found)
        return found


class Members(MemberView):
    @spec.described(answers={200: spec.whole_list(PersonSerializer)})
    def get(self, request, project):
        """Who was let into it, in that order."""
        return self.people(self.mine(project).members)

    @spec.described(takes=PersonInput, answers={201: PersonSerializer})
    def post(self, request, project):
        """Lets somebody of the workspace into all its conversations, or gives them another role."""
        found = self.mine(project)
        fields = self.payload(PersonInput)
        return self.let_in(found, self.person(fields["user"]), fields["role"], 201)


class OneMember(MemberView):
    @spec.described(takes=RoleChange, answers={200: PersonSerializer})
    def patch(self, request, project, user):
        """Another role."""
        found, member = self.mine(project), self.person(user)
        if not found.members.filter(user=member).exists():
            raise not_found("member")
        return self.let_in(found, member, self.payload(RoleChange)["role"])

    @spec.described(answers={200: spec.deleted("project.member.deleted")})
    def delete(self, request, project, user):
        """Shows somebody out, at once. Done twice it is still done."""
        return self.show_out(self.mine(project), self.person(user))
