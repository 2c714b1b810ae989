import hmac
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import cached_property

from accounts.models import AuditEvent, User, Workspace
from conversations.models import Attachment, Branch, Conversation, Message, Revision
from conversations.refusals import Stale
from lib.models import Row
from lib.text import first_line
from lib.typeid import decode, new_id
from projects.refusals import NotTheOwner
from sharing import lease, limits, reading, spelling
from sharing.refusals import NothingToShare, ShareExpired, ShareRevoked, ShareTooLarge, TooMuchAtOnce
from sharing.scopes import Scope, positions_of, tip_of

PORTION = 200  # links read at once
# What is left out unless its owner says otherwise.
OPTIONS = (
    "include_images",
    "include_files",
    "include_context",
    "include_reasoning",
    "include_tools",
    "include_system",
    "include_names",
)


class State(models.TextChoices):
    WORKING = "working"
    EXPIRED = "expired"
    REVOKED = "revoked"  # by whoever, or with its conversation


_STATES = {
    State.WORKING: lambda: Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=timezone.now())),
    State.EXPIRED: lambda: Q(revoked_at=None, expires_at__lte=timezone.now()),
    State.REVOKED: lambda: Q(revoked_at__isnull=False),
}


class ShareLinkQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The links to what `user` owns. Strangers come in through `opened_by`."""
        return self.filter(owner=user)

    def of_workspace(self, workspace):
        """Everybody's there, for a superuser who answers for it."""
        return self.filter(workspace=workspace)

    def in_state(self, state):
        return self.filter(_STATES[state]())

    def counted(self):
        """Without the positions, which may be ten thousand, but with how many they are, as `length`."""
        return self.defer("positions").annotate(length=F("positions__len"))

    def working(self):
        return self.in_state(State.WORKING)

    def count_states(self):
        """{state: how many}."""
        return self.aggregate(**{state: models.Count("pk", filter=_STATES[state]()) for state in State})

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

    # Whatever is done with links, by whichever way, is a line of the audit trail for each: `by` whom, or the server.

    @transaction.atomic
    def share(self, conversation, *, by=None, request=None, expected_revision=None, **asked):
        """A link to what `asked` says of `conversation`, as `draft` takes it.

        Raises NothingToShare, ShareTooLarge, NotTheOwner where it was handed over since it was read, and Stale where it
        is at another revision than expected.
        """
        # Locked: nobody appends or edits between the words we read and the revision we note.
        locked = conversation.locked(expected_revision)
        if locked.owner_id != conversation.owner_id:
            raise NotTheOwner
        link = self.draft(locked, **asked)
        link.save(force_insert=True)
        link.record("create", by, request)
        return link

    def revoke(self, *, by=None, request=None):
        """Ends those that were not revoked before: how many."""
        return self.filter(revoked_at=None)._set("revoke", by, request, {"revoked_at": timezone.now()})

    def extend(self, period, *, by=None, request=None):
        """Those that have an end have it later by `period`, counted from now where it is past: how many."""
        now = timezone.now()
        later = Least(Greatest("expires_at", now) + period, now + timedelta(seconds=limits.LIFE))
        ending = self.filter(revoked_at=None, expires_at__isnull=False)
        return ending._set("change", by, request, {"expires_at": later}, fields=["expires_at"])

    revoke.queryset_only = extend.queryset_only = True  # never all there are, by a slip

    @transaction.atomic
    def _set(self, act, by, request, values, **details):
        links = self.select_related(None).counted().only("workspace", "scope", "revision").order_by("pk")
        count, last = 0, UUID(int=0)
        while found := list(links.filter(pk__gt=last).select_for_update()[:PORTION]):
            self.model.objects.filter(pk__in=[link.pk for link in found]).update(updated_at=timezone.now(), **values)
            lines = [AuditEvent.line(f"sharelink.{act}", by, link, request, link.facts | details) for link in found]
            AuditEvent.objects.bulk_create(lines)
            count, last = count + len(found), found[-1].pk
        lease.run_out()
        return count

    def draft(self, conversation, *, pk=None, first=None, is_live=False, password="", title="", **asked):
        """A link that nobody can open, because it is not saved: it shows what it would show.

        `asked`: scope, `branch` (by default whichever is active), `message` (the one, or the last of a range), `first`
        (of a range; by default the branch's first), read_only, expires_at, and what to include.
        Raises NothingToShare, ShareTooLarge.
        """
        pk, message = pk or new_id(), asked.get("message")
        asked.setdefault("scope", Scope.MESSAGE if message else Scope.BRANCH)
        link = self.model(
            pk=pk,
            workspace_id=conversation.workspace_id,
            owner_id=conversation.owner_id,
            conversation=conversation,
            digest=spelling.digest_of(spelling.secret_of(pk)),
            title=title,
            first_position=first and first.position,
            last_position=message and message.position,
            **asked,
        )
        link.set_password(password)
        link.take(conversation, live=is_live)
        return link


class Changes(NamedTuple):
    """What an update would change in a link, counted in messages."""

    added: int
    edited: int
    removed: int


class ShareLink(Row):
    """A public link to what a branch of a conversation, a range of it or one message was when the link was made.

    No words are copied: the link knows which messages it shows and at which revision, and what was edited since is read
    from the Revisions. What is appended or edited later is not in it; what is deleted is gone from it too. A live link
    has no revision and shows the branch as it is.

    The secret is not here: it is derived from a key in DATA_DIR and this row's id, so that its owner can be shown it
    again; the table keeps SHA-256. The row outlives its conversation, to answer "gone" instead of "never was".
    """

    PREFIX = "link"  # share_… spells the secret, never this row
    Scope = Scope
    State = State

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    owner = models.ForeignKey(User, models.CASCADE, related_name="share_links", db_index=False)
    conversation = models.ForeignKey(Conversation, models.DO_NOTHING, related_name="share_links", db_constraint=False)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    title = models.CharField(max_length=256, blank=True)
    quoted_position = models.IntegerField(null=True)  # the message that the title quotes, and is deleted with
    scope = models.CharField(max_length=8, choices=Scope.choices, default=Scope.BRANCH)
    # Without constraints: a link stays when these go.
    branch = models.ForeignKey(
        Branch, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    message = models.ForeignKey(
        Message, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    first_position = models.IntegerField(null=True)  # null: from the beginning
    last_position = models.IntegerField(null=True)  # null: live
    positions = ArrayField(models.IntegerField(), default=list)  # of the messages that it shows, ascending; live: none
    revision = models.IntegerField(null=True)  # null: live
    taken_at = models.DateTimeField(default=timezone.now)
    include_images = models.BooleanField("pictures", default=False)
    include_files = models.BooleanField("other files", default=False)
    include_context = models.BooleanField("the question before it", default=False)
    include_reasoning = models.BooleanField("reasoning", default=False)
    include_tools = models.BooleanField("tool calls and their output", default=False)
    include_system = models.BooleanField("system prompts", default=False)
    include_names = models.BooleanField("names", default=False)
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
        constraints = [
            models.CheckConstraint(
                condition=Q(revision__isnull=False) | Q(scope=Scope.BRANCH), name="only_branches_are_live"
            )
        ]

    def __str__(self):
        return self.title or "Untitled link"

    @cached_property
    def secret(self):
        """None where the key that it was made with is no longer ours."""
        secret = spelling.secret_of(self.pk)
        return secret if spelling.digest_of(secret) == bytes(self.digest) else None

    def get_absolute_url(self):
        """Where its owner looks after it."""
        return reverse("sharing:detail", args=[self.pk])

    @property
    def name(self):
        """The last word of its address."""
        return spelling.share_id(self.secret)

    @property
    def path(self):
        """Where people read it."""
        return reverse("share", args=[self.name])

    @property
    def address(self):
        """The same for somebody who is elsewhere. Empty where its secret can be shown no more."""
        return settings.PUBLIC_ORIGIN + self.path if self.secret else ""

    @property
    def files_path(self):
        """Below which address the files lie that it shows, each by its id and a slash."""
        return f"{self.path}/files/"

    @property
    def continue_path(self):
        """Where whoever is signed in makes it a conversation of their own."""
        return f"{self.path}/continue/"

    @cached_property
    def length(self):
        """How many messages it shows; nothing where it is live."""
        return len(self.positions)

    @property
    def facts(self):
        """What the audit trail says of it: no words."""
        return {"scope": self.scope} | ({"live": True} if self.is_live else {"messages": self.length})

    @property
    def included(self):
        """{option: whether} of what may be left out."""
        return {name: getattr(self, name) for name in OPTIONS}

    @property
    def is_live(self):
        return self.revision is None

    @property
    def has_expired(self):
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def works(self):
        return self.state == State.WORKING

    @property
    def state(self):
        if self.revoked_at:
            return State.REVOKED
        return State.EXPIRED if self.has_expired else State.WORKING

    def set_password(self, password):
        """The empty one takes it away."""
        self.password = make_password(password) if password else ""

    def is_opened_by(self, password):
        return check_password(password, self.password)

    def unlocked_by(self, token):
        """Whether this is what `unlocking` gave to somebody who knew the password that it has now."""
        return constant_time_compare(token, self.unlocking())

    def unlocking(self):
        """A token that stands for the password, for as long as it is not changed."""
        key = settings.SHARE_KEY.encode()
        return hmac.new(key, b"unlock" + self.pk.bytes + self.password.encode(), "sha256").hexdigest()

    def take(self, conversation, *, live=False):
        """Makes it show what of `conversation` it may show, as it is now. Raises NothingToShare, ShareTooLarge."""
        self.revision, self.taken_at = None if live else conversation.revision, timezone.now()
        if self.quoted_position is not None:  # what it said, and may say no longer
            self.title, self.quoted_position = "", None
        if self.scope == Scope.BRANCH:
            self.last_position = None if live else tip_of(self, conversation)
        self._fill(conversation)

    def _fill(self, conversation):
        """Notes which of the messages that it is about show anything, at its revision."""
        shown, size, quoted = [], 0, None
        for message, stored in reading.shown(self, positions_of(self, conversation)):
            size += stored
            shown.append(message.position)
            if quoted is None and message.role == Message.Role.USER and message.text:
                quoted = message
            if self.is_live and quoted:
                break  # what a live one shows is read when somebody opens it
            if size > limits.SNAPSHOT_BYTES:
                raise ShareTooLarge
        if not shown:
            raise NothingToShare
        self.positions = [] if self.is_live else shown
        self.length = len(self.positions)
        self.title = self.title or conversation.title or ""
        if not self.title and quoted:
            self.title, self.quoted_position = first_line(quoted.text, limits.QUOTE), quoted.position

    def draft(self, *, now=False, **fields):
        """What it would be with these fields, or with `now` after an update: to be looked at, never saved.

        Raises NothingToShare, ShareTooLarge, ShareRevoked.
        """
        link = ShareLink.objects.get(pk=self.pk)
        for name, value in fields.items():
            setattr(link, name, value)
        if now:
            link.take(link._source(), live=link.is_live)
        else:
            link._fill(link._source())
        return link

    def changes(self):
        """The Changes that `update_to_now` would make; a live one never needs any.

        Raises NothingToShare, ShareTooLarge, ShareRevoked.
        """
        if self.is_live:
            return Changes(0, 0, 0)
        old, new = set(self.positions), set(self.draft(now=True).positions)
        edited = Revision.objects.filter(
            message__conversation=self.conversation_id,
            message__position__in=old & new,
            conversation_revision__gt=self.revision,
        )
        gone = Message.objects.filter(conversation=self.conversation_id, position__in=old - new)
        return Changes(len(new - old), edited.values("message").distinct().count(), gone.count())

    @transaction.atomic
    def update_to_now(self, *, by=None, request=None, expected_revision=None):
        """What it shows becomes what it would show if it were made now; a live one always does.

        Raises NothingToShare, ShareTooLarge, ShareRevoked, ShareExpired, and NotTheOwner and Stale as `share` does.
        """
        conversation = self._source(expected_revision, locked=True)
        self._lock()
        self.check_open()
        if not self.is_live:
            was = len(self.positions)
            self.take(conversation)
            self.save()
            self.record("update", by, request, was=was)
            lease.run_out()

    @transaction.atomic
    def change(self, *, by=None, request=None, expected_at=None, password=None, **fields):
        """Sets title, expires_at, read_only, password (the empty one takes it away) or what is included. It stays at
        its revision. Raises ShareRevoked, NothingToShare, ShareTooLarge, NotTheOwner, and Stale where it was changed
        after `expected_at`."""
        # The conversation's lock comes before the link's, as where a conversation is deleted.
        is_retaken = fields.keys() & set(OPTIONS) or fields.get("title") == ""
        conversation = self._source(locked=True) if is_retaken else None
        self._lock()
        if self.revoked_at:
            raise ShareRevoked
        if expected_at not in (None, self.updated_at):
            raise Stale
        changed = [name for name, value in fields.items() if getattr(self, name) != value]
        for name in changed:
            setattr(self, name, fields[name])
        if "title" in changed:
            self.quoted_position = None
        if password is not None:
            self.set_password(password)
            changed.append("password")
        if is_retaken:
            self._fill(conversation)
        if changed:
            self.save()
            self.record("change", by, request, fields=changed)
            lease.run_out()

    def _lock(self):
        """Reads it again, for the caller's transaction. It may have been handed over with its conversation."""
        owner = self.owner_id
        self.refresh_from_db(from_queryset=ShareLink.objects.select_for_update())
        if self.owner_id != owner:
            raise NotTheOwner

    def _source(self, expected_revision=None, *, locked=False):
        """The conversation that it shows; with `locked` for the caller's transaction."""
        try:
            return self.conversation.locked(expected_revision) if locked else self.conversation
        except Conversation.DoesNotExist:  # which ended the link
            raise ShareRevoked from None

    def messages(self, positions=None):
        """What strangers are shown, oldest first: Messages that must not be saved. Of these positions, or of all.

        Raises ShareRevoked, ShareExpired, TooMuchAtOnce.
        """
        self.check_open()
        positions = self.shown_positions if positions is None else positions
        found, size = [], 0
        for message, stored in reading.shown(self, positions):
            found.append(message)
            size += stored
            if size > limits.SNAPSHOT_BYTES:  # of a live one: it grows, and its messages do
                raise TooMuchAtOnce
        # All that it showed was deleted.
        if not found and not self.is_live and len(positions) == len(self.shown_positions):
            raise ShareRevoked
        return found

    @cached_property
    def shown_positions(self):
        """Of what it shows, ascending. A live one may have some among them of which it shows nothing."""
        if not self.is_live:
            return self.positions
        try:
            return positions_of(self, self.conversation)
        except Conversation.DoesNotExist:  # deleted since we looked whether it is open
            raise ShareRevoked from None

    def file(self, pk):
        """The Attachment that a message shows here, or None. Raises ShareRevoked, ShareExpired."""
        found = Attachment.objects.filter(pk=pk, conversation_id=self.conversation_id).select_related("message").first()
        if not found or not found.message or found.message.position not in self.shown_positions:
            return None
        shown = [part for message in self.messages([found.message.position]) for part in message.parts or []]
        return found if any(part.get("attachment_id") == found.typeid for part in shown) else None

    def gives_out(self, attachment):
        """Pictures that browsers draw without running anything; other files only where they are included."""
        return self.include_files or attachment.is_drawn

    def check_open(self):
        if self.revoked_at:
            raise ShareRevoked
        if self.has_expired:
            raise ShareExpired

    def revoke(self, *, by=None, request=None):
        """True if it was not revoked before."""
        is_first = bool(ShareLink.objects.filter(pk=self.pk).revoke(by=by, request=request))
        self.refresh_from_db(fields=["revoked_at", "updated_at"])
        return is_first

    def record(self, act, by, request, **details):
        AuditEvent.record(f"sharelink.{act}", actor=by, target=self, request=request, **self.facts, **details)
