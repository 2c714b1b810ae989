"""What every table of ours begins with."""

from django.db import models

from lib.typeid import encode, new_id


class Row(models.Model):
    """A UUIDv7 key, made in Python, and its spelling for URLs."""

    PREFIX = None

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True

    @property
    def typeid(self):
        return encode(self.PREFIX, self.pk)
