"""What this layer tells the ones above it, whose tables it does not know."""

from django.dispatch import Signal

# Somebody goes, with everything of theirs. Arguments: user, actor (who decided it), request.
# When `send` returns they are gone.
erase = Signal()
