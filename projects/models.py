from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import User, Workspace
from lib.models import Row


class Role(models.TextChoices):
    """What somebody who was let in may do; the same four words for projects and conversations."""

    VIEWER = "viewer", "Viewer"
    COMMENTER = "commenter", "Commenter"
    EDITOR = "editor", "Editor"
    OWNER = "owner", "Owner"


WRITERS = (Role.EDITOR, Role.OWNER)


class ProjectQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(Q(owner=user) | Q(members__user=user)).distinct()


class Project(Row):
    """What conversations belong to: a name, a note for people, and an instruction for the model."""

    PREFIX = "proj"
    NAME_LIMIT = 120
    DESCRIPTION_LIMIT = 4_096
    INSTRUCTION_LIMIT = 32_768

    class Colour(models.TextChoices):
        NONE = "", "No colour"
        RED = "red", "Red"
        AMBER = "amber", "Amber"
        GREEN = "green", "Green"
        TEAL = "teal", "Teal"
        BLUE = "blue", "Blue"
        PINK = "pink", "Pink"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="projects")
    owner = models.ForeignKey(User, models.CASCADE, related_name="projects")
    name = models.CharField(max_length=NAME_LIMIT)
    description = models.TextField(max_length=DESCRIPTION_LIMIT, blank=True)
    instruction = models.TextField(max_length=INSTRUCTION_LIMIT, blank=True)
    colour = models.CharField(max_length=8, choices=Colour.choices, blank=True)
    is_favorite = models.BooleanField(default=False)
    # Nobody's conversations are deleted unless someone set a number of days here.
    retention_days = models.PositiveIntegerField(null=True, blank=True)
    external_id = models.CharField(max_length=128, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint("owner", Lower("name"), name="project_name_once_per_owner")]

    def __str__(self):
        return self.name


class ProjectMember(Row):
    """Lets one user into every conversation of one project."""

    PREFIX = "mem"

    project = models.ForeignKey(Project, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.CASCADE, related_name="project_memberships")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.VIEWER)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="project_member_once")]

    def __str__(self):
        return f"{self.user} in {self.project}"
