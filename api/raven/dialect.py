from api.dialect import Dialect


class Raven(Dialect):
    """Raven's conversations: flat errors, lists by offset, times in whole seconds."""

    schema = None  # its specification is the vendor's

    @classmethod
    def error(cls, problem, request_id):
        return {
            "error": problem.message,
            "code": problem.code,
            "message": problem.message,
            "request_id": request_id,
        }
