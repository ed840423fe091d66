from partners.models.change import Change

__all__ = ["Change"]
