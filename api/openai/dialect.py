from api.dialect import Dialect
from api.problem import Problem
from conversations.refusals import ConversationFull, DuplicateMessage

# What the core calls a refusal, and what OpenAI does. Whatever is not here is called the same.
_CODES = {
    "unauthorized": "invalid_api_key",
    "insufficient_scope": "insufficient_permissions",
    "forbidden": "insufficient_permissions",
    "method_not_allowed": "method_not_supported",
    "body_too_large": "request_too_large",
    "rate_limited": "rate_limit_exceeded",
    "not_found": None,
    "conversation_not_found": None,
    "item_not_found": None,
    "invalid_json": None,
    "internal_error": None,
    "unavailable": None,
}
_MESSAGES = {
    "invalid_json": "We could not parse the JSON body of your request.",
    "internal_error": "The server had an error while processing your request.",
}
# A domain's refusal knows no parameters.
_PARAMS = {"conversation_item_limit_exceeded": "items", "item_already_in_conversation": "items"}


class OpenAI(Dialect):
    """OpenAI's Conversations and Items: nested errors, lists with edges, times in whole seconds, 200 for whatever went
    well. Nothing is ever 409, which its clients take for a reason to send the same again."""

    schema = None  # its specification is the vendor's
    refusals = Dialect.refusals | {
        ConversationFull: (400, "conversation_item_limit_exceeded"),
        DuplicateMessage: (400, "item_already_in_conversation"),
    }

    @classmethod
    def error(cls, problem, request_id):
        if problem.status >= 500:
            kind = "server_error"
        else:
            kind = "rate_limit_error" if problem.status == 429 else "invalid_request_error"
        return {
            "error": {
                "message": _MESSAGES.get(problem.code, problem.message),
                "type": kind,
                "param": problem.field or _PARAMS.get(problem.code),
                "code": _CODES.get(problem.code, problem.code),
            }
        }

    @classmethod
    def refuse(cls, request, problem):
        if problem.code == "in_progress":  # the first request with this Idempotency-Key still runs: try again
            problem = Problem(503, problem.code, problem.message, headers=problem.headers)
        elif message := _named(request, problem):
            problem = Problem(problem.status, problem.code, message, field=problem.field, headers=problem.headers)
        return super().refuse(request, problem)

    def page(self, rows, *, has_more=False):
        """A list: `rows` are spelled already. Its edges are what the clients go on from."""
        first, last = (rows[0]["id"], rows[-1]["id"]) if rows else ("", "")
        return self.answer({"object": "list", "data": rows, "first_id": first, "last_id": last, "has_more": has_more})


def _named(request, problem):
    """OpenAI names what is wrong with an address; "" where nothing is."""
    match problem.code:
        case "not_found":
            return f"Invalid URL ({request.method} {request.path[:200]})"
        case "method_not_allowed":
            return f"Not allowed to {request.method} on {request.path[:200]}."
        case "conversation_not_found" | "item_not_found":
            noun = problem.code.removesuffix("_not_found")
            return f"{noun.capitalize()} with id '{request.resolver_match.kwargs[noun]}' not found."
        case _:
            return ""
