from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.models import User, Workspace
from conversations.models import Attachment, Conversation, Message, Revision
from conversations.reading import Tree
from lib.json import dumps
from lib.models import Row
from lib.text import first_line
from lib.typeid import decode, new_id
from sharing import limits, spelling
from sharing.publishing import publish
from sharing.refusals import NothingToShare, ShareExpired, ShareRevoked, ShareTooLarge

PORTION = 200  # messages read at once


class ShareLinkQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The links that `user` made. Strangers come in through `opened_by`."""
        return self.filter(owner=user)

    def opened_by(self, text):
        """The link whose secret this is, in either spelling; None for anything else."""
        try:
            secret = spelling.read(text)
        except ValueError:
            return None
        if link := self.filter(digest=spelling.digest_of(secret)).first():
            link.secret = secret
        return link

    def named(self, text):
        """For its owner, who may also say link_…: the row itself, where its secret can be shown no more."""
        try:
            return self.filter(pk=decode(ShareLink.PREFIX, text)).first()
        except ValueError:
            return self.opened_by(text)

    @transaction.atomic
    def share(self, conversation, *, branch=None, message=None, title="", **fields):
        """A link to a branch of `conversation`, by default the active one, or to one `message` of it, as they are now.

        `fields`: read_only, expires_at and what to include. Raises NothingToShare, ShareTooLarge.
        """
        locked = conversation.locked()  # nobody appends or edits between the words we read and the revision we note
        pk = new_id()
        link = self.model(
            pk=pk,
            workspace_id=locked.workspace_id,
            owner_id=locked.owner_id,
            conversation=locked,
            message=message,
            digest=spelling.digest_of(spelling.secret_of(pk)),
            title=title or locked.title or "",
            scope=ShareLink.Scope.MESSAGE if message else ShareLink.Scope.BRANCH,
            revision=locked.revision,
            **fields,
        )
        link.take(_message_in_context(locked, message, link) if message else _path(locked, branch))
        link.save(force_insert=True)
        return link


def _path(conversation, branch):
    tip = conversation.branches.get(pk=branch.pk).tip_position if branch else conversation.tip_position
    return Tree(conversation).path(tip)


def _message_in_context(conversation, message, link):
    positions = [message.position]
    if link.include_context:
        path = Tree(conversation).path(message.position)[:-1]
        asked = conversation.messages.filter(position__in=path, role=Message.Role.USER, hidden=False)
        positions += asked.order_by("-position").values_list("position", flat=True)[:1]
    return sorted(positions)


class ShareLink(Row):
    """A public link to what a branch of a conversation, or one message, was when the link was made.

    No words are copied: the link knows which messages it shows and at which revision, and what was edited since is read
    from the Revisions. What is appended or edited later is not in it; what is deleted is gone from it too.

    The secret is not here: it is derived from a key in DATA_DIR and this row's id, so that its owner can be shown it
    again; the table keeps SHA-256. The row outlives its conversation, to answer "gone" instead of "never was".
    """

    PREFIX = "link"  # share_… spells the secret, never this row

    class Scope(models.TextChoices):
        BRANCH = "branch"
        RANGE = "range"
        MESSAGE = "message"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    owner = models.ForeignKey(User, models.CASCADE, related_name="share_links", db_index=False)
    conversation = models.ForeignKey(Conversation, models.DO_NOTHING, related_name="share_links", db_constraint=False)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    title = models.CharField(max_length=256, blank=True)
    quoted_position = models.IntegerField(null=True)  # the message that the title quotes, and is deleted with
    scope = models.CharField(max_length=8, choices=Scope.choices, default=Scope.BRANCH)
    message = models.ForeignKey(
        Message, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    positions = ArrayField(models.IntegerField(), default=list)  # of the messages that it shows, ascending
    revision = models.IntegerField(null=True)  # null: live, follows the active branch
    include_images = models.BooleanField(default=False)
    include_context = models.BooleanField(default=False)
    include_reasoning = models.BooleanField(default=False)
    include_tools = models.BooleanField(default=False)
    redactions = models.JSONField(default=dict)
    password = models.CharField(max_length=128, blank=True)  # a hash
    read_only = models.BooleanField(default=True)
    view_count = models.IntegerField(default=0)
    last_viewed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index("owner", F("id").desc(), name="shares_newest_first")]

    def __str__(self):
        return self.title or "Untitled link"

    @cached_property
    def secret(self):
        """None where the key that it was made with is no longer ours."""
        secret = spelling.secret_of(self.pk)
        return secret if spelling.digest_of(secret) == bytes(self.digest) else None

    @property
    def path(self):
        """Where people read it."""
        return reverse("share", args=[spelling.share_id(self.secret)])

    @property
    def files_path(self):
        """Below which address the pictures lie that it shows, each by its id and a slash."""
        return f"{self.path}/files/"

    def take(self, positions):
        """Makes it show what of these messages may be shown. Raises NothingToShare, ShareTooLarge."""
        size, first = 0, None
        for message in self._as_they_were(positions):
            stored = len(message.text) + len(dumps(message.parts))
            if publish(message, self):
                size += stored
                if size > limits.SNAPSHOT_BYTES:
                    raise ShareTooLarge
                self.positions.append(message.position)
                if first is None and message.role == Message.Role.USER and message.text:
                    first = message
        if not self.positions:
            raise NothingToShare
        if not self.title and first:
            self.title, self.quoted_position = first_line(first.text, limits.QUOTE), first.position

    def messages(self, positions=None):
        """What strangers are shown, oldest first: Messages that must not be saved. Of these positions, or of all.

        Raises ShareRevoked, ShareExpired.
        """
        self._check_open()
        positions = self.positions if positions is None else positions
        found = [message for message in self._as_they_were(positions) if publish(message, self)]
        if not found and len(positions) == len(self.positions):  # all that it showed was deleted
            raise ShareRevoked
        return found

    def picture(self, pk):
        """The Attachment that a message shows here as a picture, or None. Raises ShareRevoked, ShareExpired."""
        found = Attachment.objects.filter(pk=pk, conversation_id=self.conversation_id).select_related("message").first()
        if not found or not found.message or found.message.position not in self.positions:
            return None
        shown = [part for message in self.messages([found.message.position]) for part in message.parts or []]
        return found if any(part.get("attachment_id") == found.typeid for part in shown) else None

    def _check_open(self):
        if self.revoked_at:
            raise ShareRevoked
        if self.expires_at and self.expires_at <= timezone.now():
            raise ShareExpired

    def _as_they_were(self, positions):
        """The messages at these positions with the words they had at this revision, a portion at a time: what is too
        much is found out before all of it is here."""
        for start in range(0, len(positions), PORTION):
            found = Message.objects.filter(
                conversation_id=self.conversation_id, position__in=positions[start : start + PORTION]
            )
            yield from self._with_old_words(list(found.order_by("position").defer("metadata")))

    def _with_old_words(self, messages):
        if edited := [message.pk for message in messages if message.version > 1]:
            since = Revision.objects.filter(message__in=edited, conversation_revision__gt=self.revision)
            # What was replaced first since then is what it said then.
            then = {revision.message_id: revision for revision in since.order_by("-version")}
            for message in messages:
                if old := then.get(message.pk):
                    message.text, message.parts = old.text, old.parts
        return messages

    def note_view(self):
        ShareLink.objects.filter(pk=self.pk).update(view_count=F("view_count") + 1, last_viewed_at=timezone.now())

    def revoke(self):
        """True if it was not revoked before."""
        if self.revoked_at:
            return False
        self.revoked_at = timezone.now()
        self.save(update_fields=["revoked_at", "updated_at"])
        return True
