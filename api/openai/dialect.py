from api.dialect import Dialect


class OpenAI(Dialect):
    """OpenAI's Conversations and Items: nested errors, lists with edges, times in whole seconds."""

    schema = None  # its specification is the vendor's

    @classmethod
    def error(cls, problem, request_id):
        kind = "rate_limit_error" if problem.status == 429 else "invalid_request_error"
        return {
            "error": {
                "message": problem.message,
                "type": "server_error" if problem.status >= 500 else kind,
                "param": problem.field or None,
                "code": problem.code,
            }
        }
