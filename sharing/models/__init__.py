from sharing.models.daily_views import DailyViews
from sharing.models.share_link import ShareLink

__all__ = ["DailyViews", "ShareLink"]
