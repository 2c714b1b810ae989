from django.db import models


class Source(models.Model):
    """A conversation as its export had it, node for node: the untouched object, JSON in zlib.

    Kept beside the normalised rows because every format loses something when flattened. Bytes rather than jsonb:
    exports hold NULs and lone surrogates, which PostgreSQL's text types refuse.
    """

    conversation = models.OneToOneField(
        "conversations.Conversation", models.CASCADE, primary_key=True, related_name="original"
    )
    import_batch = models.ForeignKey("conversations.ImportBatch", models.SET_NULL, null=True, related_name="+")
    format = models.CharField(max_length=32)
    fingerprint = models.BinaryField(max_length=32)  # SHA-256 of what we read out of it: equal means nothing changed
    payload = models.BinaryField()

    def __str__(self):
        return f"{self.format} original"
