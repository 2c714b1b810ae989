from lib.refusals import Refusal
from sharing import limits


class NothingToShare(Refusal):
    said = "There is nothing here that a link could show."


class ShareTooLarge(Refusal):
    said = f"This is too much for one link: at most {limits.SNAPSHOT_BYTES // 2**20} MiB."


class ShareRevoked(Refusal):
    """By its owner, or because what it showed was deleted."""

    said = "This link was revoked."


class ShareExpired(Refusal):
    said = "This link has expired."
