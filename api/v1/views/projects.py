from django.db import transaction

from accounts.models import AuditEvent
from api import specification as spec
from api.problem import Problem
from api.queries import flag_of
from api.v1.dialect import etag_of
from api.v1.serializers.conversations import ConversationSerializer
from api.v1.serializers.projects import (
    ProjectChange,
    ProjectDeletedSerializer,
    ProjectInput,
    ProjectListSerializer,
    ProjectSerializer,
    spell_project,
)
from api.v1.views.conversations import WALK, ConversationView
from conversations.models import Conversation, Tombstone
from lib.walks import Walk
from projects.models import Project
from projects.refusals import ProjectExists


class ProjectView(ConversationView):
    """What the resources of projects share."""

    def project(self, spelled, *, write=False):
        return self.found(Project.objects.visible_to(self.request.user), spelled, write=write)

    def shown(self, project, status=200):
        return self.answer(spell_project(project), status, etag=etag_of(project))

    def handle_exception(self, error):
        if isinstance(error, ProjectExists):
            error = self.taken(error)
        return super().handle_exception(error)

    def taken(self, refusal):
        """The guide’s client looks for the project where a code belongs. Nobody is told the id of somebody else’s."""
        if refusal.existing.owner_id == self.request.user.pk:
            return Problem(409, refusal.existing.typeid, str(refusal))
        return Problem(409, "project_exists", "Its owner has a project of that name already.")


class Projects(ProjectView):
    @spec.described(
        answers={200: ProjectListSerializer},
        query=(
            *spec.walked(Project.PREFIX),
            spec.choice("order", "desc", "asc"),
            spec.choice("sort", "updated_at", "created_at"),
            spec.flag("shared", "true: those of others that the caller was let into."),
        ),
    )
    def get(self, request):
        """The caller's projects, archived ones too, newest change first."""
        visible = Project.objects.visible_to(request.user)
        if flag_of(request.GET, "shared"):
            rows = visible.exclude(owner=request.user)
        else:
            rows = Project.objects.visible_to(request.user, own=True)
        gone = Tombstone.objects.of(Project, owner_id=request.user.pk)
        return self.walk(Walk(rows, [visible, gone]).page, Project.PREFIX, spell_project)

    def page(self, rows, *, has_more, **more):
        """The guide’s own client looks for the next page of projects under a name of its own."""
        return super().page(rows, has_more=has_more, next_cursor=rows[-1]["id"] if has_more else None, **more)

    @spec.described(takes=ProjectInput, answers={201: ProjectSerializer})
    def post(self, request):
        """A new project. 409 where the caller has one of that name; its id is the code."""
        return self.shown(Project.objects.start(request.user, **self.payload(ProjectInput)), 201)


class OneProject(ProjectView):
    @spec.described(answers={200: ProjectSerializer})
    def get(self, request, project):
        """One project."""
        return self.shown(self.project(project))

    @spec.described(takes=ProjectChange, answers={200: ProjectSerializer}, if_match=True)
    def patch(self, request, project):
        """Changes what is named."""
        fields = self.payload(ProjectChange)
        found = self.project(project, write=True)
        with transaction.atomic():
            locked = self.locked(found)
            locked.change(**fields)
        return self.shown(locked)

    @spec.described(answers={200: ProjectDeletedSerializer}, if_match=True)
    def delete(self, request, project):
        """The project; its conversations stay, without it."""
        found = self.project(project)
        self.check_owner(found)
        with transaction.atomic():
            self.locked(found)
            AuditEvent.record("project.delete", actor=request.user, target=found, request=request)
            found.delete()
        return self.answer({"id": project, "object": "project", "deleted": True})


class ConversationsOfProject(ProjectView):
    @spec.described(answers={200: spec.listed(ConversationSerializer)}, query=WALK)
    def get(self, request, project):
        """The conversations in it, newest change first."""
        found = self.project(project)
        return self.listed(Conversation.objects.visible_to(request.user).filter(project=found))
