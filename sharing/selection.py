"""Several links at once, as pages and programs choose them: by a list of their ids or secrets."""

from functools import cached_property

from django.db.models import Q

from lib.typeid import decode
from sharing import spelling
from sharing.models import ShareLink


class Selection:
    """Those of `links` that are named, link_… or either spelling of the secret; what else is named hinders nothing."""

    def __init__(self, links, names):
        self.all = links
        self.asked = {name: _read(name) for name in names}

    @property
    def links(self):
        keys = [key for key in self.asked.values() if key]
        return self.all.filter(Q(pk__in=_of("pk", keys)) | Q(digest__in=_of("digest", keys)))

    @cached_property
    def missing(self):
        """The names of none of them."""
        found = set()
        for pk, digest in self.links.values_list("pk", "digest"):
            found |= {("pk", pk), ("digest", bytes(digest))}
        return [name for name, key in self.asked.items() if key not in found]

    @property
    def found(self):
        return len(self.asked) - len(self.missing)


def _read(name):
    try:
        return "pk", decode(ShareLink.PREFIX, name)
    except ValueError:
        pass
    try:
        return "digest", spelling.digest_of(spelling.read(name))
    except ValueError:
        return None


def _of(column, keys):
    return [key for name, key in keys if name == column]
