from django.db import models


class RequestCount(models.Model):
    """How often something was done in the last minutes in which it was; see accounts.throttling."""

    name = models.CharField(max_length=120, primary_key=True)
    minute = models.IntegerField()  # since 1970, the first of them
    used = models.IntegerField()

    def __str__(self):
        return self.name
