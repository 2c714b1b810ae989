"""What all dialects share: the order in which a request is checked, and how a refusal becomes an answer.

A dialect is a translator. Its views load through `visible_to`, call one verb and spell the answer; they know their
vendor's words and ours, and nothing else.
"""

import threading
from functools import cache, partial
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from rest_framework.views import APIView

from accounts.models import AuditEvent
from accounts.refusals import SettingsTooLarge, TooManyRequests, TooManyTries
from accounts.throttling import count_request
from api.auth import KeyAuthentication
from api.bodies import body_of, bytes_of
from api.idempotency import KEY_LIMIT, digest_of, once, once_waiting
from api.problem import Problem, invalid, not_found
from conversations.models import Branch, Conversation, Message
from conversations.refusals import (
    BranchExists,
    BranchProtected,
    ContextTooSmall,
    ConversationFull,
    DuplicateMessage,
    MetadataTooLarge,
    NothingToAnswer,
    QuotaExceeded,
    Stale,
    TagExists,
    TooManyTags,
)
from lib.completions import ModelBusy, ModelFailed, ModelNotConfigured, ModelTimedOut
from lib.json import dumps
from lib.typeid import decode
from projects.models import Project
from projects.refusals import NotTheOwner, OwnerIsIn
from sharing.refusals import (
    NothingToShare,
    ShareExpired,
    ShareNotFound,
    SharePasswordRequired,
    SharePasswordWrong,
    ShareReadOnly,
    ShareRevoked,
    ShareTooLarge,
)

READ = ("GET", "HEAD")


class Dialect(APIView):
    """A view of a dialect. Subclasses of a dialect's own class are its resources.

    Checked in this order, as every dialect promises: credentials 401, verb 405, user, scope 403, rate 429, Accept 406;
    then the view reads the body, its fields, the row, and what state it is in.
    """

    authentication_classes = [KeyAuthentication]
    permission_classes = throttle_classes = parser_classes = renderer_classes = []
    resource = "conversations"  # the scope is conversations:read or conversations:write, by the verb
    scope = ""  # or exactly this one
    needs_user = True
    proves = ()  # verbs whose handlers check the key in the same statement that does their work; see expected()
    produces = ("application/json",)  # () is whatever it happens to be
    etag = None

    # What a domain's refusal is here: {exception: (status, code)}; its words are the message.
    refusals = {
        ConversationFull: (400, "conversation_full"),
        DuplicateMessage: (400, "duplicate_item_id"),
        MetadataTooLarge: (400, "invalid_request"),
        ContextTooSmall: (400, "context_too_small"),
        SettingsTooLarge: (400, "invalid_request"),
        QuotaExceeded: (413, "quota_exceeded"),
        BranchProtected: (400, "branch_protected"),
        BranchExists: (409, "branch_exists"),
        TagExists: (409, "tag_exists"),
        TooManyTags: (400, "too_many_tags"),
        OwnerIsIn: (400, "owner_is_in"),
        NotTheOwner: (403, "forbidden"),
        NothingToShare: (400, "nothing_to_share"),
        ShareTooLarge: (400, "share_too_large"),
        ShareNotFound: (404, "share_not_found"),
        SharePasswordRequired: (403, "share_password_required"),
        SharePasswordWrong: (403, "share_password_wrong"),
        ShareReadOnly: (403, "share_read_only"),
        ShareRevoked: (410, "share_revoked"),
        ShareExpired: (410, "share_expired"),
        Stale: (412, "stale"),
        TooManyRequests: (429, "rate_limited"),
        TooManyTries: (429, "too_many_tries"),
        NothingToAnswer: (400, "nothing_to_answer"),
        ModelNotConfigured: (503, "model_not_configured"),
        ModelBusy: (503, "model_busy"),
        ModelFailed: (502, "upstream_error"),
        ModelTimedOut: (504, "upstream_timeout"),
    }
    # Loaded through the door, and deleted by somebody else before its verb had the lock.
    gone = {
        Conversation.DoesNotExist: "conversation",
        Message.DoesNotExist: "item",
        Branch.DoesNotExist: "branch",
        Project.DoesNotExist: "project",
    }

    @classmethod
    def error(cls, problem, request_id):
        """The body of a refusal, to be written as JSON."""
        raise NotImplementedError

    # --- the order of checks ---

    def dispatch(self, request, *args, **kwargs):
        """With Django's request instead of REST framework's, which looks up every attribute twice and parses bodies."""
        self.request, self.args, self.kwargs, self.headers = request, args, kwargs, {}
        request.user = request.auth = None
        self.is_proven = True
        response = self.attempt(self.handle)
        if not self.is_proven:  # refused before the key was checked: bad credentials come first (401, 403)
            response = self.attempt(self.prove) or response
        self.response = response
        return response

    def attempt(self, step):
        try:
            return step()
        except Exception as error:
            return self.handle_exception(error)

    def handle(self):
        self.initial(self.request, *self.args, **self.kwargs)
        handler = partial(getattr(self, self.request.method.lower()), self.request, *self.args, **self.kwargs)
        key = self.idempotency_key()
        return self.once(key, handler) if key else handler()

    def initial(self, request, *args, **kwargs):
        expected = self.expected()
        self.is_proven = expected is None
        request.user, request.auth = user, key = expected or self.authenticate()
        if "\x00" in request.path:  # nothing that PostgreSQL could look up, so nothing is called that
            raise Problem(404, "not_found", "There is nothing at this address.")
        if request.method not in self.allowed_methods:
            allowed = ", ".join(self.allowed_methods)
            raise Problem(
                405, "method_not_allowed", f"{request.method} is not allowed here.", headers={"Allow": allowed}
            )
        self.check_scope()
        if key:
            count_request(f"key:{key.pk}", settings.API_RATE)
            if user is None and self.needs_user:
                raise Problem(400, "user_required", "A workspace key says for whom it acts: Parley-User: <user id>.")
        check_query(request.META["QUERY_STRING"])
        if self.produces and "HTTP_ACCEPT" in request.META and not any(map(request.accepts, self.produces)):
            raise Problem(406, "not_acceptable", f"This address answers {', '.join(self.produces)}.")

    def authenticate(self):
        """(the user, what they came with), both None where an address is open to everybody. Raises Problem (401)."""
        for authentication in self.get_authenticators():
            return authentication.authenticate(self.request) or (None, None)
        return None, None

    def expected(self):
        """What authenticate() would return if nothing has changed since this process last saw the key, for handlers
        that check it themselves (`proves`); else None."""
        if self.request.method not in self.proves or "HTTP_IDEMPOTENCY_KEY" in self.request.META:
            return None
        [authentication] = self.get_authenticators()
        found = authentication.expected(self.request)
        return found if found and self.needed_scope in found[1].scopes else None

    def prove(self):
        """Checks the key now, if that has not been done. Raises Problem (401, 403)."""
        if not self.is_proven:
            self.is_proven = True
            self.request.user, self.request.auth = self.authenticate()
            self.check_scope()

    @property
    def needed_scope(self):
        return self.scope or f"{self.resource}:{'read' if self.request.method in READ else 'write'}"

    def check_scope(self):
        if self.request.auth and self.needed_scope not in self.request.auth.scopes:
            raise Problem(403, "insufficient_scope", f"This key lacks the scope {self.needed_scope}.")

    def idempotency_key(self):
        """The header's value, or "" where the request is not to be repeated safely: without the header, for other verbs
        than POST, and without a user, as what a workspace's key makes has names of its own."""
        key = self.request.META.get("HTTP_IDEMPOTENCY_KEY")
        if key is None or self.request.method != "POST" or self.request.user is None:
            return ""
        if not (0 < len(key) <= KEY_LIMIT and key.isascii() and key.isprintable()):
            raise invalid("Idempotency-Key", f"must be 1 to {KEY_LIMIT} printable ASCII characters.")
        return key

    def once(self, key, handler):
        return once(self.request.user, key, self.digest(), handler)

    def digest(self):
        return digest_of(self.request, self.fingerprint())

    def fingerprint(self):
        """The body, or what stands for it, in bytes."""
        return bytes_of(self.request)

    @property
    def allowed_methods(self):
        return _verbs_of(type(self))

    def head(self, request, *args, **kwargs):
        return self.get(request, *args, **kwargs)  # the server leaves the body away

    # --- what comes in ---

    def body(self):
        """The request's JSON value. Raises Problem."""
        return body_of(self.request)

    def payload(self, Serializer):  # noqa: N803  a class
        """The body's clean values. Raises Problem."""
        return self.clean(Serializer, self.body())

    def clean(self, Serializer, value):  # noqa: N803
        return _of_this_thread(Serializer).clean(value, user=self.request.user)

    def conversation(self, spelled, *, write=False):
        """Through the door: 404 for strangers, 403 for readers who want to write."""
        self.prove()
        try:
            found = Conversation.visible(self.decode(Conversation.PREFIX, spelled), self.request.user)
        except (ValueError, Conversation.DoesNotExist):
            raise not_found("conversation") from None
        self.check_may_write(found, write)
        return found

    def found(self, queryset, spelled, *, write=False, noun=""):
        """The row of `queryset` that an id in the address spells. Raises Problem (404, 403)."""
        model = queryset.model
        try:
            row = queryset.filter(pk=self.decode(model.PREFIX, spelled)).first()
        except ValueError:
            row = None
        if row is None:
            raise not_found(noun or model._meta.model_name)
        self.check_may_write(row, write)
        return row

    def check_may_write(self, row, write):
        if write and not row.can_be_edited_by(self.request.user):
            raise Problem(403, "forbidden", "You may read this, but not change it.")

    def check_may_delete(self, row):
        if not row.can_be_deleted_by(self.request.user):
            raise Problem(403, "forbidden", "Only its owner may do that.")

    def check_owner(self, row):
        """For what else an editor's hand does not reach: publishing, letting others in."""
        if row.owner_id != self.request.user.pk:
            raise Problem(403, "forbidden", "Only its owner may do that.")

    def erase(self, conversation):
        """With everything in it, for good, and noted in the audit trail. Raises Problem (403)."""
        self.check_may_delete(conversation)
        with transaction.atomic():
            counts = conversation.delete()
            AuditEvent.record(
                "conversation.delete",
                actor=self.request.user or self.request.auth,
                target=conversation,
                request=self.request,
                **counts,
            )

    decode = staticmethod(decode)  # R2R spells ids as plain UUIDs

    def check_key_again(self):
        """After a long wait: it may have been revoked, or have expired, meanwhile. Raises Problem (401)."""
        KeyAuthentication().authenticate(self.request)

    def check_unchanged(self, etag):
        """If-Match: 412 when what the caller read is no longer what is here. If-None-Match: when it is."""
        if self.names("If-Match", etag) is False:
            raise Stale
        if self.names("If-None-Match", etag):
            raise Problem(412, "stale", "If-None-Match names what is here.")

    def names(self, header, etag):
        """Whether a condition of the request, `*` or a list of tags, holds for `etag`; None where there is none."""
        value = self.request.headers.get(header)
        if not value:
            return None
        tags = parse_etags(value)
        # An answer that was compressed on its way came with a weak tag: W/"…". And the tag of what was read may go on
        # behind that of what is changed, after a dot: more is shown than can be edited.
        named = (tag.removeprefix("W/") for tag in tags)
        return tags == ["*"] or any(tag == etag or tag.startswith(f"{etag[:-1]}.") for tag in named)

    # --- what goes out ---

    def answer(self, data, status=200, *, etag=None, headers=None):
        """`data` as JSON. With an `etag`, 304 and no body to whoever has it already."""
        if etag and self.request.method in READ and self.names("If-None-Match", etag):
            response = HttpResponseNotModified()
        else:
            response = HttpResponse(dumps(data), status=status, content_type="application/json")
        if etag:
            response["ETag"] = etag
        for name, value in (headers or {}).items():
            response[name] = value
        return response

    def handle_exception(self, error):
        """A refusal in this dialect's words. What nobody foresaw goes on to Django, which logs it and answers 500."""
        if type(error) in self.gone:
            error = not_found(self.gone[type(error)])
        elif not isinstance(error, Problem):
            known = next((kind for kind in self.refusals if isinstance(error, kind)), None)
            if known is None:
                raise error
            status, code = self.refusals[known]
            headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
            error = Problem(status, code, str(error), headers=headers)
        return self.refuse(self.request, error)

    @classmethod
    def refuse(cls, request, problem):
        body = dumps(cls.error(problem, request.id))
        response = HttpResponse(body, status=problem.status, content_type="application/json", headers=problem.headers)
        response.is_dialects_own = True
        return response


class AsksModel:
    """Mixed into a view whose POST waits for a model: `ask` reads and waits, with no connection to the database;
    `store` writes what came of it, on what has become of everything meanwhile."""

    def once(self, key, handler):
        patience = settings.MODEL_TIMEOUT + 60  # and what is done before and after the wait
        return once_waiting(self.request.user, key, self.digest(), ask=self.ask, store=self.store, patience=patience)


def check_query(query):
    """Raises Problem (400) where Django would read something that nobody wrote, or fail."""
    if query.count("&") >= settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:
        raise invalid("The query", f"has more than {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,} parameters.")
    try:
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        raise invalid("The query", "is not UTF-8.") from None


@cache
def _verbs_of(view):
    verbs = [name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)]
    return ["HEAD", *verbs] if "GET" in verbs else verbs


def _of_this_thread(Serializer):  # noqa: N803
    """A Serializer that this thread uses again: making one copies every field, and takes longer than checking a
    message."""
    made = _kept.__dict__
    if Serializer not in made:
        made[Serializer] = Serializer()
    return made[Serializer]


_kept = threading.local()


class NoSuchEndpoint:
    """Mixed into a dialect's class: the refusal at the end of its urls.py, for every verb and without credentials."""

    message = ""  # in the vendor's words; else in ours

    def dispatch(self, request, *args, **kwargs):
        message = self.message or f"There is nothing at {request.path[:200]}."
        return self.refuse(request, Problem(404, "not_found", message))
