from django.db import models
from django.utils import timezone

from lib.asking import ask
from lib.models import Row

# What an action is called on the page where people look up what was done to them; others show as they are.
SAID = {
    "account.sign_in": "Signed in",
    "account.sign_in_failed": "Wrong password",
    "account.program_in": "Logged a program in",
    "account.program_out": "Logged a program out",
    "account.sign_up": "Made the account",
    "account.password": "Changed the password",
    "account.email_added": "Added an e-mail address",
    "account.email_changed": "Changed the e-mail address",
    "account.email_removed": "Removed an e-mail address",
    "account.sessions_ended": "Signed out other devices",
    "apikey.create": "Made an API key",
    "apikey.revoke": "Revoked an API key",
    "branch.delete": "Deleted a branch of a conversation",
    "conversation.change": "Changed a conversation",
    "conversation.continue": "Continued a shared conversation",
    "conversation.read": "Read a conversation",
    "conversations.export": "Exported conversations",
    "message.delete": "Deleted a message of a conversation",
    "grant.create": "Let somebody into a conversation",
    "grant.change": "Changed what somebody may do in a conversation",
    "grant.delete": "Showed somebody out of a conversation",
    "grant.handover": "Handed over a conversation",
    "grant.leave": "Left a conversation",
    "project.delete": "Deleted a project",
    "projectmember.create": "Let somebody into a project",
    "projectmember.change": "Changed what somebody may do in a project",
    "projectmember.delete": "Showed somebody out of a project",
    "projectmember.handover": "Handed over a project",
    "projectmember.leave": "Left a project",
    "sharelink.change": "Changed a share link",
    "sharelink.create": "Made a share link",
    "sharelink.revoke": "Revoked a share link",
    "sharelink.update": "Brought a share link up to date",
    "sharelinks.read": "Looked through the share links of the workspace",
    "user.create": "Made the account",
    "user.change": "Changed the account",
    "workspace.change": "Changed the workspace",
    "workspace.create": "Made the workspace",
}


class AuditEventQuerySet(models.QuerySet):
    def about(self, user, *, before=None):
        """Newest first: what was done to `user`, to what is theirs (API keys, conversations, links, projects), and to
        their workspace.

        `before`: an event's id, behind which the list goes on.
        A union, because an OR over them would read the whole table.
        """
        theirs = (user.api_keys, user.conversations, user.share_links, user.projects)
        of = [[user.pk, user.workspace_id], *(rows.values("pk") for rows in theirs)]
        older = {"pk__lt": before} if before else {}
        parts = [self.order_by().filter(target_id__in=targets, **older) for targets in of]
        return parts[0].union(*parts[1:], all=True).order_by("-id")  # ids grow with the time they were made at

    def readings_of(self, pk, since):
        """The Answer: (how often, when last) somebody else read what has this id. On every page of a thread, hence by
        hand."""
        return ask(
            "SELECT count(*), max(created_at) FROM accounts_auditevent"
            " WHERE target_id = %s AND action = 'conversation.read' AND created_at > %s",
            [pk, since],
            read=lambda rows: rows[0],
        )


class AuditEvent(Row):
    """One line of what was done, by whom, to what. Append-only: a trigger refuses UPDATE and DELETE.

    It names people and things by id without a foreign key, so it outlives them; it never holds their text.
    """

    PREFIX = "evt"

    workspace_id = models.UUIDField(db_index=True, null=True)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=254, blank=True)
    action = models.CharField(max_length=64)
    target_type = models.CharField(max_length=32, blank=True)
    target_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    address = models.GenericIPAddressField(null=True)
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index("created_at", "id", name="audit_by_time"),
            models.Index("target_id", "created_at", name="audit_by_target"),
        ]

    def __str__(self):
        return f"{self.action} by {self.actor_name or 'the server'}"

    @property
    def said(self):
        return SAID.get(self.action, self.action)

    @property
    def is_among_people(self):
        """Whether somebody else than oneself may have done this to what is one's own without being an administrator:
        whoever is in, or whose it was before."""
        return self.action.startswith(("grant.", "projectmember.", "sharelink.", "message.", "branch."))

    @classmethod
    def record(cls, action, *, actor=None, target=None, request=None, reason="", workspace_id=None, **details):
        """Writes one line. `details` are counts and names of fields, never anybody's text."""
        event = cls.line(action, actor, target, request, details, reason=reason, workspace_id=workspace_id)
        event.save(force_insert=True)
        return event

    @classmethod
    def line(cls, action, actor, target, request, details, *, reason="", workspace_id=None):
        """One that is not written yet: several are written at once."""
        return cls(
            action=action,
            workspace_id=workspace_id or getattr(target, "workspace_id", None) or getattr(actor, "workspace_id", None),
            actor_id=actor.pk if actor else None,
            actor_name=str(actor) if actor else "",
            target_type=target._meta.model_name if target else "",
            target_id=target.pk if target else None,
            address=request.META.get("REMOTE_ADDR") or None if request else None,
            reason=reason,
            details=details,
        )
