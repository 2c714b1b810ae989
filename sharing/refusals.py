from lib.refusals import Refusal
from sharing import limits


class NothingToShare(Refusal):
    said = "There is nothing here that a link could show."


class ShareTooLarge(Refusal):
    said = f"This is too much for one link: at most {limits.SNAPSHOT_BYTES // 2**20} MiB."


class TooMuchAtOnce(ShareTooLarge):
    """What a live link shows has grown; whatever is read of it at once has the bounds of a snapshot."""

    said = (
        f"Together this is more than {limits.SNAPSHOT_BYTES // 2**20} MiB, too much for one answer."
        " The page of the link shows it in parts."
    )


class ShareRevoked(Refusal):
    """By its owner, or because what it showed was deleted."""

    said = "This link was revoked."


class ShareExpired(Refusal):
    said = "This link has expired."


class ShareNotFound(Refusal):
    said = "Share not found."


class SharePasswordRequired(Refusal):
    said = "This link has a password."


class SharePasswordWrong(Refusal):
    said = "That is not the password of this link."


class ShareReadOnly(Refusal):
    said = "Whoever shared this does not let it be continued."
