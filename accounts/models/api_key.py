from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models.user import User
from accounts.models.workspace import Workspace
from lib.asking import Prepared
from lib.credentials import digest_of, is_well_formed, new_secret
from lib.models import Row

SCOPES = (
    "conversations:read",
    "conversations:write",
    "memory:read",
    "memory:write",
    "users:read",
    "users:write",
    "tenant:read",
    "tenant:admin",
)
# What only whoever runs the workspace may hand to a program.
ADMIN_SCOPES = ("users:read", "users:write", "tenant:read", "tenant:admin")
USE_NOTED_EVERY = timedelta(minutes=1)
KEPT = 10_000  # keys that a process remembers

_seen = {}  # digest: the ApiKey, as this process read it last


def check_scopes(scopes):
    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise ValidationError(f"Unknown scope {unknown[0]!r}. Known: {', '.join(SCOPES)}.")


class ApiKeyQuerySet(models.QuerySet):
    def live(self):
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=Now()), revoked_at__isnull=True)

    def find(self, secret):
        """The live key that `secret` is, or None. One indexed look-up; a typing error never reaches the database."""
        if not is_well_formed(secret, ApiKey.SECRET_PREFIX):
            return None
        digest = digest_of(secret)
        if key := _LIVE.first(digest.hex()):
            _remember(digest, key)
        return key

    def mint(self, *, workspace, user=None, name="", scopes=("conversations:read", "conversations:write"), **fields):
        """Makes a key and returns (row, secret). Only here is the secret known; the row keeps its hash.

        Without a user it is a workspace key and acts for any of the workspace's users.
        """
        check_scopes(scopes)
        secret = new_secret(ApiKey.SECRET_PREFIX)
        key = self.create(
            workspace=workspace,
            user=user,
            name=name,
            scopes=sorted(scopes),
            prefix=secret[:12],
            digest=digest_of(secret),
            **fields,
        )
        return key, secret


class ApiKey(Row):
    """A credential for programs, which works until it is revoked or expires: rk_live_…; see lib.credentials."""

    PREFIX = "key"
    SECRET_PREFIX = "rk_live_"  # noqa: S105
    LIMIT = 50  # live ones of one person

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="api_keys")
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="api_keys")
    name = models.CharField(max_length=120, blank=True)
    description = models.CharField(max_length=2_000, blank=True)
    scopes = ArrayField(models.CharField(max_length=40), validators=[check_scopes])
    prefix = models.CharField(max_length=16)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    def __str__(self):
        return self.name or f"{self.prefix}…"

    @staticmethod
    def expected(secret):
        """The key that find() returned in this process, if a user's, and used within the last minute; else None. It may
        have been revoked since: only for statements that check it again by ACTING_FOR."""
        key = _seen.get(digest_of(secret))
        return key if key and key.user_id and not key.use_is_to_be_noted else None

    @property
    def state(self):
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= timezone.now() else "live"

    @property
    def may_act_for_others(self):
        """For any user of its workspace, not only for the one it belongs to."""
        return self.user_id is None or "users:write" in self.scopes

    def note_use(self):
        """Keeps `last_used_at` right to the minute: a write with every request would cost more than many requests."""
        if self.use_is_to_be_noted:
            self.last_used_at = timezone.now()
            ApiKey.objects.filter(pk=self.pk).update(last_used_at=self.last_used_at)

    @property
    def use_is_to_be_noted(self):
        return self.last_used_at is None or self.last_used_at < timezone.now() - USE_NOTED_EVERY

    def revoke(self):
        """True if it was not revoked before."""
        if self.revoked_at:
            return False
        self.revoked_at = timezone.now()
        self.save(update_fields=["revoked_at"])
        return True


def _remember(digest, key):
    if len(_seen) >= KEPT:
        _seen.clear()
    _seen[digest] = key


_LIVE = Prepared(
    lambda digest: (
        ApiKey.objects.live()
        .filter(Q(user__isnull=True) | Q(user__is_active=True), digest=RawSQL("decode(%s, 'hex')", [digest]))
        .select_related("user")
    )
)

# The same check, for use inside another statement: the user for whom the live key with this digest and scope acts.
ACTING_FOR = """
SELECT u.id, u.workspace_id FROM accounts_apikey AS k JOIN accounts_user AS u ON u.id = k.user_id
WHERE k.digest = %(key)s AND %(scope)s = ANY(k.scopes) AND u.is_active
  AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > statement_timestamp())
"""
