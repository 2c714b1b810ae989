from api.dialect import Dialect


class Orq(Dialect):
    """Orq's conversations: errors are one message, nothing is ever null, times are milliseconds."""

    schema = None  # its specification is the vendor's

    @classmethod
    def error(cls, problem, request_id):
        return {"message": problem.message}
