from reports.models.saved_view import TAKEN, SavedView, SavedViewQuerySet

__all__ = ["TAKEN", "SavedView", "SavedViewQuerySet"]
