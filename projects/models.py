from datetime import timedelta

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest, Lower, Now
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Workspace
from lib.models import Row
from lib.typeid import decode
from projects.people import GIVEN, WRITERS, People, Role
from projects.refusals import ProjectExists


class ProjectQuerySet(models.QuerySet):
    def visible_to(self, user, *, own=False):
        """The door. `own` narrows to what the user owns."""
        if not user.is_authenticated:
            return self.none()
        let_in = Q(pk__in=ProjectMember.objects.filter(user=user).values("project"))
        return self.filter(Q(owner=user) if own else Q(owner=user) | let_in, workspace=user.workspace_id)

    def start(self, owner, **fields):
        """A new project. Raises ProjectExists."""
        project = self.model(owner=owner, workspace_id=owner.workspace_id, **fields)
        project.keep(force_insert=True)
        return project

    def named(self, text):
        """The one that a program means by a proj_… id, or None."""
        try:
            return self.filter(pk=decode(Project.PREFIX, text)).first()
        except ValueError:
            return None

    def called(self, owner, name):
        """What makes another project of that name impossible; capitals count for nothing."""
        return self.alias(lowered=Lower("name")).get(owner=owner, lowered=Lower(Value(name)))


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

    def get_absolute_url(self):
        return reverse("conversations:project", args=[self.pk])

    def role_of(self, user):
        """What `user` may do in it, and so in every conversation in it; None for strangers."""
        if self.owner_id == user.pk:
            return Role.OWNER
        role = self.members.filter(user=user).values_list("role", flat=True).first()
        return role and Role(role)

    def can_be_edited_by(self, user):
        return self.role_of(user) in WRITERS

    def change(self, **fields):
        """Raises ProjectExists."""
        for name, value in fields.items():
            setattr(self, name, value)
        self.keep(update_fields=[*fields, "updated_at"])

    def keep(self, **options):
        """Saves it. Raises ProjectExists."""
        try:
            with transaction.atomic():
                self.save(**options)
        except IntegrityError as error:
            if error.__cause__.diag.constraint_name != "project_name_once_per_owner":
                raise
            raise ProjectExists(Project.objects.called(self.owner_id, self.name)) from error

    @transaction.atomic
    def delete(self, *args, **kwargs):
        """Its conversations stay, and lose it; that is a change of each."""
        later = Greatest(Now(), F("updated_at") + timedelta(microseconds=1))
        self.conversations.update(project=None, revision=F("revision") + 1, updated_at=later)
        return super().delete(*args, **kwargs)

    @property
    def people(self):
        return People(self, self.members, "projectmember")

    @transaction.atomic
    def hand_over(self, user, *, by, request=None):
        """Makes it `user`'s. What is in it stays whose it is: a project decides who reads, not whose the words are.
        Raises NotTheOwner, OwnerIsIn, ProjectExists."""
        locked = Project.objects.select_for_update().get(pk=self.pk)
        locked.people.change_owner(user, by=by, request=request)
        locked.keep(update_fields=["owner", "updated_at"])


class ProjectMember(Row):
    """Lets one user into every conversation of one project."""

    PREFIX = "mem"

    project = models.ForeignKey(Project, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.CASCADE, related_name="project_memberships")
    role = models.CharField(max_length=16, choices=GIVEN, default=Role.VIEWER)
    granted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="project_member_once")]

    def __str__(self):
        return f"{self.user} in {self.project}"
