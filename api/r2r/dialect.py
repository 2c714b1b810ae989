from api.dialect import Dialect

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
_FRAMEWORK = {"not_found", "method_not_allowed", "body_too_large", "rate_limited"}


class R2R(Dialect):
    """R2R's conversations, at /v3 and for its older client at /v2: four shapes of errors, ids that are plain UUIDs."""

    schema = None  # its specification is the vendor's

    @classmethod
    def error(cls, problem, request_id):
        if problem.status >= 500 and problem.code == "internal_error":
            failed = "Internal server error"
            return {"detail": {"message": failed, "error": failed, "error_type": "InternalError"}}
        elif problem.code in _FRAMEWORK:
            return {"detail": problem.message}
        else:
            return {"message": problem.message, "error_type": "R2RException"}
