"""Who was let into a conversation or a project, and as what: one set of verbs for pages and programs."""

from dataclasses import dataclass

from django.db import models, transaction

from accounts.models import AuditEvent
from projects.refusals import NotTheOwner, OwnerIsIn


class Role(models.TextChoices):
    """What somebody may do; the same words for projects and conversations. Ownership is not given, but handed over."""

    VIEWER = "viewer", "Viewer"
    COMMENTER = "commenter", "Commenter"
    EDITOR = "editor", "Editor"
    OWNER = "owner", "Owner"

    @property
    def rank(self):
        return list(Role).index(self)

    @property
    def may(self):
        return MAY[self]


MAY = {
    Role.VIEWER: "read it",
    Role.COMMENTER: "read it and write notes",
    Role.EDITOR: "read it, write in it and change it",
    Role.OWNER: "do everything",
}
GIVEN = [role for role in Role.choices if role[0] != Role.OWNER]
WRITERS = (Role.EDITOR, Role.OWNER)


def highest(roles):
    """The one that lets its holder do most; None of none."""
    return max(map(Role, roles), key=lambda role: role.rank, default=None)


@dataclass(frozen=True)
class People:
    """Those who were let into `thing`. Every change of who is in, or as what, is a line of the audit trail.

    `rows`: its Grants or ProjectMembers. `noun`: what the trail calls one of them.
    """

    thing: models.Model
    rows: models.Manager
    noun: str

    def listed(self):
        """In the order in which they came."""
        return self.rows.select_related("user", "granted_by").order_by("created_at", "id")

    @transaction.atomic
    def let_in(self, user, role, *, by, request=None):
        """Gives somebody of the workspace a role, or another one. Raises NotTheOwner, OwnerIsIn."""
        owner = self._locked().owner_id
        if by.pk != owner and not by.is_superuser:  # any more, since the door was passed
            raise NotTheOwner
        if user.pk == owner:
            raise OwnerIsIn
        # Locked: they may be leaving at this moment.
        row = self.rows.select_for_update().filter(user=user).first()
        if row is None:
            row = self.rows.create(user=user, role=role, granted_by=by)
            self._record("create", user, by, request, role=role)
        elif row.role != role:
            self._record("change", user, by, request, role=role, was=row.role)
            row.role = role
            row.save(update_fields=["role"])
        return row

    @transaction.atomic
    def show_out(self, user, *, by, request=None):
        """Whoever is shown out by themselves leaves. True if they were in."""
        was_in = bool(self.rows.filter(user=user).delete()[0])
        if was_in:
            self._record("leave" if user == by else "delete", user, by, request)
        return was_in

    def change_owner(self, user, *, by, request=None):
        """`thing` becomes `user`'s, and whose it was stays as an editor. Only its owner can. The caller holds the row's
        lock, saves it, and sees to what hangs on whose it is. Raises NotTheOwner, OwnerIsIn.
        """
        if self.thing.owner_id != by.pk:
            raise NotTheOwner
        if user.pk == by.pk:
            raise OwnerIsIn
        self.rows.filter(user=user).delete()
        self.rows.create(user=by, role=Role.EDITOR, granted_by=user)
        self.thing.owner = user
        self._record("handover", user, by, request)

    def _locked(self):
        return type(self.thing).objects.select_for_update().only("owner").get(pk=self.thing.pk)

    def _record(self, act, user, by, request, **details):
        AuditEvent.record(
            f"{self.noun}.{act}", actor=by, target=self.thing, request=request, user=user.typeid, **details
        )
