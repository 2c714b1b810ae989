from api.dialect import Dialect

# The vendor's, to the letter.
SAID = {"conversation_not_found": "Conversation not found"}


class Orq(Dialect):
    """Orq's conversations: errors are one message, nothing is ever null, times are milliseconds."""

    schema = None  # its specification is the vendor's

    @classmethod
    def error(cls, problem, request_id):
        return {"message": SAID.get(problem.code, problem.message)}
