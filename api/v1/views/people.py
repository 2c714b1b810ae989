"""Who is in a conversation or a project, and whose it is. Whoever is in sees that; the owner alone changes it, but
anybody may leave."""

from api import specification as spec
from api.problem import Problem, not_found
from api.v1.serializers.people import (
    OwnerInput,
    OwnerSerializer,
    PersonInput,
    PersonSerializer,
    RoleChange,
    spell_person,
    spell_somebody,
)
from api.v1.views.projects import ProjectView


class PeopleView(ProjectView):
    """What both lists of people share."""

    kind, owner_kind = "conversation.grant", "conversation.owner"

    def thing(self, spelled):
        return self.conversation(spelled)

    def mine(self, spelled):
        found = self.thing(spelled)
        self.check_owner(found)
        return found

    def person(self, spelled):
        user = self.request.user.workspace.users.meant(spelled)
        if user is None:
            raise not_found("user")
        return user

    def list_of(self, thing):
        to_owner = thing.owner_id == self.request.user.pk
        rows = [spell_person(self.kind, row, to_owner=to_owner) for row in thing.people.listed()]
        return self.answer({"object": "list", "data": rows})

    def let_in(self, thing, user, role, status=200):
        row = thing.people.let_in(user, role, by=self.request.user, request=self.request)
        return self.answer(spell_person(self.kind, row, to_owner=True), status)

    def show_out(self, spelled, person):
        """Also without owning it, where it is the caller who leaves."""
        thing, user = self.thing(spelled), self.request.user.workspace.users.meant(person)
        if user != self.request.user:
            self.check_owner(thing)
        if user is None:
            raise not_found("user")
        thing.people.show_out(user, by=self.request.user, request=self.request)
        return self.answer({"id": user.typeid, "object": f"{self.kind}.deleted", "deleted": True})

    def owner_of(self, thing):
        to_owner = thing.owner_id == self.request.user.pk
        return self.answer(spell_somebody(self.owner_kind, thing.owner, to_owner=to_owner))

    def hand_over(self, spelled):
        name = self.payload(OwnerInput)["user"]
        thing, user = self.mine(spelled), self.person(name)
        if not user.is_active:  # nobody could hand it back
            raise not_found("user")
        thing.hand_over(user, by=self.request.user, request=self.request)
        return self.answer(spell_somebody(self.owner_kind, user, to_owner=True))


class Grants(PeopleView):
    @spec.described(answers={200: spec.whole_list(PersonSerializer)})
    def get(self, request, conversation):
        """Who was let into it, in that order."""
        return self.list_of(self.thing(conversation))

    @spec.described(takes=PersonInput, answers={201: PersonSerializer})
    def post(self, request, conversation):
        """Lets somebody of the workspace in, or gives them another role."""
        fields = self.payload(PersonInput)
        found = self.mine(conversation)
        return self.let_in(found, self.person(fields["user"]), fields["role"], 201)


class OneGrant(PeopleView):
    @spec.described(answers={200: spec.deleted("conversation.grant.deleted")})
    def delete(self, request, conversation, user):
        """Shows somebody out, at once; the caller: leaves. Done twice it is still done."""
        return self.show_out(conversation, user)


class OwnerOfConversation(PeopleView):
    @spec.described(answers={200: OwnerSerializer})
    def get(self, request, conversation):
        """Whose it is."""
        return self.owner_of(self.thing(conversation))

    @spec.described(takes=OwnerInput, answers={200: OwnerSerializer})
    def put(self, request, conversation):
        """Hands it over to somebody of the workspace. Whose it was stays as an editor."""
        return self.hand_over(conversation)


class MemberView(PeopleView):
    kind, owner_kind = "project.member", "project.owner"

    def thing(self, spelled):
        return self.project(spelled)


class Members(MemberView):
    @spec.described(answers={200: spec.whole_list(PersonSerializer)})
    def get(self, request, project):
        """Who was let into it, in that order."""
        return self.list_of(self.thing(project))

    @spec.described(takes=PersonInput, answers={201: PersonSerializer})
    def post(self, request, project):
        """Lets somebody of the workspace into all its conversations, or gives them another role."""
        fields = self.payload(PersonInput)
        found = self.mine(project)
        return self.let_in(found, self.person(fields["user"]), fields["role"], 201)


class OneMember(MemberView):
    @spec.described(takes=RoleChange, answers={200: PersonSerializer})
    def patch(self, request, project, user):
        """Another role."""
        role = self.payload(RoleChange)["role"]
        found, member = self.mine(project), self.person(user)
        if not found.members.filter(user=member).exists():
            raise not_found("member")
        return self.let_in(found, member, role)

    @spec.described(answers={200: spec.deleted("project.member.deleted")})
    def delete(self, request, project, user):
        """Shows somebody out, at once; the caller: leaves. Done twice it is still done."""
        return self.show_out(project, user)


class OwnerOfProject(MemberView):
    @spec.described(answers={200: OwnerSerializer})
    def get(self, request, project):
        """Whose it is."""
        return self.owner_of(self.thing(project))

    @spec.described(takes=OwnerInput, answers={200: OwnerSerializer})
    def put(self, request, project):
        """Hands it over to somebody of the workspace; its conversations stay whose they are. Whose it was stays as an
        editor. 409 where the new owner has one of that name."""
        return self.hand_over(project)

    def taken(self, refusal):
        return Problem(
            409, "project_exists", "Whoever should get it has a project of that name already. Rename this one first."
        )
