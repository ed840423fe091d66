from reports.models.saved_view import SavedView, SavedViewQuerySet

__all__ = ["SavedView", "SavedViewQuerySet"]
