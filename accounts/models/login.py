import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts import browsers
from accounts.models.api_key import ADMIN_SCOPES, SCOPES
from accounts.models.session import USER_AGENT_LIMIT
from accounts.models.user import User
from lib.asking import Prepared
from lib.credentials import digest_of, is_well_formed, new_secret
from lib.models import Row

ACCESS, REFRESH = "pat_", "prt_"


class LoginQuerySet(models.QuerySet):
    def begin(self, user, *, request=None):
        """Logs a program in with what its user typed. Returns the row, on which alone both secrets are known."""
        self.filter(user=user, refresh_expires_at__lte=timezone.now()).delete()  # so they never pile up
        login = self.model(user=user)
        if request is not None:
            login.user_agent = request.META.get("HTTP_USER_AGENT", "")[:USER_AGENT_LIMIT]
            login.address = request.META.get("REMOTE_ADDR") or None
        login.renew()
        login.save(force_insert=True)
        return login

    def with_access(self, secret):
        """The live login that the access token `secret` belongs to, or None. A typing error asks no database."""
        login = _BY_ACCESS.first(digest_of(secret).hex()) if is_well_formed(secret, ACCESS) else None
        return login if login and login.is_valid and login.access_expires_at > timezone.now() else None

    def refresh(self, secret):
        """The login of the refresh token `secret` with two new secrets, or None. The old ones are dead from then on:
        of two who come with the same one, the second finds nothing."""
        old = digest_of(secret)
        login = self.filter(refresh_digest=old).select_related("user").first()
        if login is None or not login.is_valid or login.refresh_expires_at <= timezone.now():
            return None
        login.renew()
        fields = ("access_digest", "refresh_digest", "access_expires_at", "refresh_expires_at")
        renewed = self.filter(pk=login.pk, refresh_digest=old).update(**{name: getattr(login, name) for name in fields})
        return login if renewed else None

    def end_named(self, user, name):
        """Ends one of `user`'s logins by its `name`. Returns 1, or 0 where it is gone."""
        return self.filter(pk__in=[row.pk for row in self.filter(user=user) if row.name == name]).delete()[0]

    def open_for(self, user):
        """Those that still let a program in as `user`, newest first."""
        rows = self.filter(user=user, refresh_expires_at__gt=timezone.now()).select_related("user")
        return [row for row in rows.order_by("-created_at") if row.is_valid]


class Login(Row):
    """A program that was logged in with an e-mail address and a password: an access token for its requests, and a
    refresh token that gets it the next one. It ends with a logout, and with the password it was made with."""

    PREFIX = "login"

    user = models.ForeignKey(User, models.CASCADE, related_name="logins")
    access_digest = models.BinaryField(max_length=32, unique=True, editable=False)
    refresh_digest = models.BinaryField(max_length=32, unique=True, editable=False)
    password_digest = models.BinaryField(max_length=32, editable=False)
    access_expires_at = models.DateTimeField()
    refresh_expires_at = models.DateTimeField()
    user_agent = models.CharField(max_length=USER_AGENT_LIMIT, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = LoginQuerySet.as_manager()

    access = refresh = ""  # the secrets; only `begin` and `refresh` know them

    # What an API key has, for whoever asks what a credential may do.
    prefix = ""
    may_act_for_others = False

    def __str__(self):
        return self.browser

    def renew(self):
        """Two new secrets, not saved."""
        now = timezone.now()
        self.access, self.refresh = new_secret(ACCESS), new_secret(REFRESH)
        self.access_digest, self.refresh_digest = digest_of(self.access), digest_of(self.refresh)
        self.password_digest = _of_password(self.user)
        self.access_expires_at = now + timedelta(minutes=settings.TOKEN_ACCESS_MINUTES)
        self.refresh_expires_at = now + timedelta(days=settings.TOKEN_REFRESH_DAYS)

    @property
    def is_valid(self):
        """However the password was changed, by whomever: what was logged in with the old one is out."""
        return self.user.is_active and constant_time_compare(bytes(self.password_digest), _of_password(self.user))

    @property
    def name(self):
        """What a page may call this row."""
        return self.typeid

    @property
    def signed_in_at(self):
        return self.created_at

    @property
    def scopes(self):
        """All that its user may do."""
        runs_it = self.user.role == User.Role.ADMIN
        return sorted(SCOPES if runs_it else set(SCOPES) - set(ADMIN_SCOPES))

    @property
    def workspace(self):
        return self.user.workspace

    @property
    def workspace_id(self):
        return self.user.workspace_id

    @property
    def expires_at(self):
        return self.access_expires_at

    @property
    def browser(self):
        return browsers.name(self.user_agent)

    def note_use(self):
        """Nobody asks when a token was used last: it is gone soon."""


def _of_password(user):
    return hashlib.sha256(user.password.encode()).digest()


_BY_ACCESS = Prepared(
    lambda digest: Login.objects.filter(access_digest=RawSQL("decode(%s, 'hex')", [digest])).select_related("user")
)
