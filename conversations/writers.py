"""Whose words a conversation's questions are: its owner's, and of those who were let in to write."""

from accounts.models import User

GONE = "Somebody who left"


def names(conversation, reader, authors):
    """{author: what `reader` calls them}; None is the owner. `authors`: the ids that messages have, None among them."""
    known = {None: "You" if conversation.owner_id == reader.pk else str(conversation.owner)}
    others = set(authors) - {None}
    if others:
        found = {user.pk: "You" if user.pk == reader.pk else str(user) for user in User.objects.filter(pk__in=others)}
        known |= {pk: found.get(pk, GONE) for pk in others}
    return known
