from django.db import models


class DailyViews(models.Model):
    """How often a link was opened on one day (UTC). By whom, nobody notes."""

    link = models.ForeignKey("sharing.ShareLink", models.CASCADE, related_name="daily_views")
    day = models.DateField()
    count = models.IntegerField(default=0)

    class Meta:
        verbose_name_plural = "daily views"
        constraints = [models.UniqueConstraint(fields=["link", "day"], name="views_once_a_day")]

    def __str__(self):
        return f"{self.count} on {self.day}"
