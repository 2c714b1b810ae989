"""Which path speaks which dialect: by whole segments of the address, so that /v1 is not /v11."""

from api.v1.dialect import V1

PREFIXES = {"/v1": V1}


def dialect_of(path):
    for prefix, dialect in PREFIXES.items():
        if path == prefix or path.startswith(f"{prefix}/"):
            return dialect
    return None
