"""How a link is opened, by pages and programs alike: it is found, it works, and its password, if any, is told."""

from accounts.refusals import TooManyRequests, TooManyTries
from accounts.throttling import client, count_request, take_back
from sharing.models import ShareLink
from sharing.refusals import ShareNotFound, SharePasswordRequired, SharePasswordWrong

COOKIE = "share"  # what a browser holds that has told a link's password; it goes to that link's address alone
MISSES = 60  # a minute, from one address: links that nobody made
# (limit, minutes) of wrong passwords for one link: from one address, and from everywhere.
TRIES, TRIES_OF_ALL = (5, 15), (50, 60)


def opened(request, spelled):
    """The ShareLink of an id or a slug. Only misses are counted, as a whole school may have one address. Raises
    ShareNotFound, ShareRevoked, ShareExpired, TooManyRequests."""
    link = ShareLink.objects.opened_by(spelled)
    if link is None:
        count_request(f"no-share:{client(request)}", MISSES)
        raise ShareNotFound
    link.check_open()
    return link


def check_unlocked(request, link):
    """For browsers, which were given a cookie for the password. Raises SharePasswordRequired."""
    if link.password and not link.unlocked_by(request.COOKIES.get(COOKIE, "")):
        raise SharePasswordRequired


def check_password(request, link, password):
    """Each try is counted before it is checked, so that a hundred at once count as many as one after the other; a right
    one is taken back. Raises SharePasswordRequired, SharePasswordWrong, TooManyTries."""
    if not password:
        raise SharePasswordRequired
    of_all = f"share-password:{link.pk}"
    tries = {f"{of_all}:{client(request)}": TRIES, of_all: TRIES_OF_ALL}
    try:
        for name, (limit, minutes) in tries.items():
            count_request(name, limit, minutes=minutes)
    except TooManyRequests as error:
        minutes = -(-error.retry_after // 60)
        said = f"Too many wrong passwords. Try again in {minutes} minute{'' if minutes == 1 else 's'}."
        raise TooManyTries(error.retry_after, said) from None
    if not link.is_opened_by(password):
        raise SharePasswordWrong
    for name, (_, minutes) in tries.items():
        take_back(name, minutes=minutes)
