from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.workspace import Workspace
from lib.models import Row
from lib.typeid import decode


class UserQuerySet(models.QuerySet):
    def named(self, text):
        """The user that a program means by a usr_… id or by the external id it gave them; None for neither."""
        try:
            return self.filter(pk=decode(User.PREFIX, text)).first()
        except ValueError:
            return self.filter(external_id=text).first()

    def get_or_make(self, external_id, **fields):
        """(the user whom a program calls so, whether they are new). Nobody can sign in as them.

        None is nobody's external id: whoever is made with it is new, and has only an id.
        """
        fields["password"] = make_password(None)
        if external_id is None:
            return self.create(**fields), True
        return self.get_or_create(external_id=external_id, defaults=fields)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email, password=None, *, workspace=None, **fields):
        """A person who can sign in; without a workspace to join they get one of their own, and run it."""
        email = self.normalize_email(email)
        validate_email(email)
        if self.with_email(email):
            raise ValidationError(f"There is already a user {email}.")
        with transaction.atomic():
            if workspace is None:
                workspace = Workspace.objects.start(email)
                fields.setdefault("role", User.Role.ADMIN)
            user = self.model(email=email, workspace=workspace, **fields)
            user.set_password(password)
            user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    @classmethod
    def normalize_email(cls, email):
        """Nobody has two mailboxes that differ in case, so the whole address is lowered, not only its domain."""
        return super().normalize_email(email).strip().lower()

    def with_email(self, email):
        return self.filter(email=self.normalize_email(email)).first()

    def meant(self, text):
        """Also by their e-mail, as people name each other."""
        return self.named(text) or self.with_email(text)

    def get_by_natural_key(self, email):
        return self.get(email=self.normalize_email(email))


class User(Row, AbstractBaseUser, PermissionsMixin):
    """Somebody in one workspace: a person with an e-mail, or one that an application made (no e-mail, no sign-in).

    `role` counts inside the workspace. `is_superuser` counts on the whole server, and only one who has it can give it.
    """

    PREFIX = "usr"

    class Role(models.TextChoices):
        MEMBER = "member"
        ADMIN = "admin"

    class Theme(models.TextChoices):
        SYSTEM = "system", "Like the system"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    class Rows(models.TextChoices):
        """How much of each conversation a list shows."""

        COMFORTABLE = "comfortable", "Titles and first words"
        COMPACT = "compact", "Titles alone"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="users")
    email = models.EmailField(unique=True, null=True, blank=True)
    external_id = models.CharField(max_length=128, null=True, blank=True)  # noqa: DJ001  NULL keeps the constraint away
    goes_by_external_id = models.BooleanField(default=False)  # a program named them before there was an id of ours
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.MEMBER)
    theme = models.CharField(max_length=8, choices=Theme.choices, default=Theme.SYSTEM)
    rows = models.CharField(max_length=12, choices=Rows.choices, default=Rows.COMFORTABLE)
    metadata = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may open the admin", default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "external_id"], name="user_external_id_once_per_workspace"),
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
        ]

    def __str__(self):
        return self.name or self.email or self.external_id or self.typeid

    def get_short_name(self):
        return self.name or (self.email or "").partition("@")[0] or self.external_id or ""
