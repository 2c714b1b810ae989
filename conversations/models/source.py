import json
import zlib

from django.db import models


class Source(models.Model):
    """A conversation as an import's file had it, node for node: the object's own bytes, in zlib.

    Kept beside the normalised rows because every format loses something when flattened. Bytes rather than jsonb:
    exports hold NULs and lone surrogates, which PostgreSQL's text types refuse.

    The newest row is what the next import compares with, so that what people changed here and what their other
    program changed are told apart. Each import that changes something adds one; undoing it takes that one away, and
    takes back in the later ones what it had brought.
    """

    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="sources")
    import_batch = models.ForeignKey("conversations.ImportBatch", models.SET_NULL, null=True, related_name="+")
    format = models.CharField(max_length=32)
    fingerprint = models.BinaryField(max_length=32)  # SHA-256 of what we read out of it: equal means nothing changed
    payload = models.BinaryField()

    def __str__(self):
        return f"{self.format} original"

    @property
    def value(self):
        return unpacked(self.payload)


def packed(text):
    """An object's own text, with whatever it holds, as `payload`."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def unpacked(payload):
    return json.loads(zlib.decompress(payload))
