"""Which path speaks which dialect: by whole segments of the address, so that /v1 is not /v11."""

from api.dialect import Dialect, NoSuchEndpoint
from api.openai.dialect import OpenAI
from api.orq.dialect import Orq
from api.r2r.dialect import LEGACY, R2R
from api.raven.dialect import Raven
from api.v1.dialect import V1


class V2(Dialect):
    """What is neither Orq's nor R2R's: whichever client asked finds a message where it looks for one."""

    schema = None

    @classmethod
    def error(cls, problem, request_id):
        return {"message": problem.message, "detail": problem.message}


class NotFoundAtV2(NoSuchEndpoint, V2):
    message = "Not Found"


def dialect_of(path):
    _, *segments = path.split("/", 3)
    match segments:
        case ["v1", *_]:
            return V1
        case ["v2", "conversations", *_]:
            return Orq
        case ["v2", name, *_] if name in LEGACY:
            return R2R
        case ["v2", *_]:
            return V2
        case ["v3", *_]:
            return R2R
        case ["api", "v1", *_]:
            return Raven
        case ["openai", "v1", *_]:
            return OpenAI
        case _:
            return None
