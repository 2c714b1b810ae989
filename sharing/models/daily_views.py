from datetime import timedelta

from django.db import models
from django.utils import timezone


class DailyViewsQuerySet(models.QuerySet):
    def by_day(self, links, days):
        """{a link's id: how often it was opened on each of the last `days` days, today last}, for each of `links`."""
        today = today_in_utc()
        counts = {link.pk: [0] * days for link in links}
        found = self.filter(link__in=counts, day__gt=today - timedelta(days=days), day__lte=today)
        for link, day, count in found.values_list("link", "day", "count"):
            counts[link][(day - today).days - 1] = count
        return counts


class DailyViews(models.Model):
    """How often a link was opened on one day (UTC). By whom, nobody notes."""

    link = models.ForeignKey("sharing.ShareLink", models.CASCADE, related_name="daily_views")
    day = models.DateField()
    count = models.IntegerField(default=0)

    objects = DailyViewsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "daily views"
        constraints = [models.UniqueConstraint(fields=["link", "day"], name="views_once_a_day")]

    def __str__(self):
        return f"{self.count} on {self.day}"


def today_in_utc():
    return timezone.now().date()
