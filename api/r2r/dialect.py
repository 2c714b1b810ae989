import re

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import AuditEvent
from accounts.passwords import is_password_of
from api.auth import KeyAuthentication, bearer
from api.dialect import READ, Dialect
from api.problem import Problem
from api.r2r import faults
from api.r2r.asked import Asked
from api.r2r.faults import Invalid
from conversations import limits
from conversations.models import Branch, Conversation, Message
from conversations.refusals import ConversationFull

# What R2R's older client calls, beside Orq's /v2/conversations.
LEGACY = {
    "add_message",
    "branches_overview",
    "conversations_overview",
    "create_conversation",
    "delete_conversation",
    "export",
    "get_conversation",
    "login",
    "logout",
    "messages",
    "refresh_access_token",
    "register",
    "update_message",
    "user",
}
# Raised before a route's own code runs: R2R's framework words these, not R2R.
_FRAMEWORK = {
    "not_found": "Not Found",
    "method_not_allowed": "Method Not Allowed",
    "rate_limited": "Per-route per-minute rate limit exceeded",
    "not_authenticated": "Not authenticated",
    "invalid_schema": "Invalid schema name format",
    "body_too_large": None,  # ours
    "too_many_tries": None,
}
_SCHEMA = re.compile(r"[a-zA-Z0-9_]+")


class R2RAuthentication(KeyAuthentication):
    missing = "No credentials provided."
    wrong = "Invalid token or API key"

    def secret_of(self, request):
        if bearer(request) and "HTTP_X_API_KEY" in request.META:
            raise Problem(400, "two_credentials", "Cannot have both Bearer token and API key")
        return super().secret_of(request)


class R2R(Dialect):
    """R2R's conversations, at /v3 and for its older client at /v2: four shapes of errors, ids that are plain UUIDs.

    Whoever may not write here is told what strangers are: 404. A superuser's program reaches the whole workspace, here
    and nowhere else; what it does with others' conversations is in the audit trail.
    """

    schema = None  # its specification is the vendor's
    authentication_classes = [R2RAuthentication]
    produces = ()  # its clients send whatever their HTTP library does

    @classmethod
    def error(cls, problem, request_id):
        if isinstance(problem, Invalid):
            return {"detail": problem.faults}
        elif problem.status >= 500 and problem.code == "internal_error":
            failed = "Internal server error"
            return {"detail": {"message": failed, "error": failed, "error_type": "InternalError"}}
        elif problem.code in _FRAMEWORK:
            return {"detail": _FRAMEWORK[problem.code] or problem.message}
        else:
            return {"message": problem.message, "error_type": "R2RException"}

    def initial(self, request, *args, **kwargs):
        if not _SCHEMA.fullmatch(request.META.get("HTTP_X_PROJECT_NAME", "any")):
            raise Problem(400, "invalid_schema", "Invalid schema name format")
        super().initial(request, *args, **kwargs)

    def handle_exception(self, error):
        if isinstance(error, ConversationFull):
            error = Problem(400, "conversation_full", f"Conversation is full: at most {limits.MESSAGES} messages.")
        elif isinstance(error, Problem) and error.code == "invalid_json":
            error = Invalid([faults.no_json(error)])
        elif type(error) in self.gone:
            error = self.gone_meanwhile(type(error))
        return super().handle_exception(error)

    def gone_meanwhile(self, kind):
        """Loaded, and deleted by somebody else before its verb had the lock."""
        ids = list(self.kwargs.values())
        return unknown("Message", ids[-1]) if kind is Message.DoesNotExist else unknown("Conversation", ids[0])

    # --- what comes in ---

    def asked(self):
        return Asked(self)

    @property
    def is_superuser(self):
        return self.request.user.is_superuser

    def reachable(self):
        """What this caller may read, for a list."""
        return Conversation.objects.listed_to(self.request.user)

    def conversation(self, pk, *, write=False, own=False):
        """The conversation with this id, where the caller may do that. Raises Problem (404)."""
        user = self.request.user
        found = Conversation.objects.reached_by(user).filter(pk=pk).select_related("active_branch").first()
        if found is None or (write and not self.may("can_be_edited_by", found)):
            raise unknown("Conversation", pk)
        if own and not self.may("can_be_deleted_by", found):
            raise unknown("Conversation", pk)
        if user.is_superuser and not Conversation.objects.visible_to(user).filter(pk=pk).exists():
            self.record(f"conversation.{'read' if self.request.method in READ else 'change'}", found)
        return found

    def may(self, question, row):
        return self.is_superuser or getattr(row, question)(self.request.user)

    def message(self, conversation, pk):
        found = conversation.messages.filter(pk=pk).first()
        if found is None:
            raise unknown("Message", pk)
        return found

    def branch(self, conversation, pk):
        return conversation.branches.filter(pk=pk).first() or Branch()

    def check_password(self, user, password):
        """Raises Problem (400), TooManyTries."""
        if not is_password_of(user, password, self.request):
            raise Problem(400, "wrong_password", "Incorrect password")

    def check_new_password(self, password, user, field):
        """Raises Invalid for one that is too easily guessed: signing up here is no easier than on the page."""
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise Invalid([faults.bad_value(["body", field], " ".join(error.messages))]) from None

    def record(self, action, target, **details):
        AuditEvent.record(action, actor=self.request.user, target=target, request=self.request, **details)

    # --- what goes out ---

    def result(self, value):
        return self.answer({"results": value})

    def results(self, rows, total):
        return self.answer({"results": rows, "total_entries": total})


def unknown(noun, pk):
    """The one answer to an id that is unknown, deleted, somebody else's, or may only be read."""
    return Problem(404, f"{noun.lower()}_not_found", f"{noun} {pk} not found.")
