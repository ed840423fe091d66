import pghistory
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from records.models.organisation import Organisation


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractUser):
    """A person who signs in, and the organisation he or she reads and writes for."""

    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name=_("organisation"),
    )

    class Meta(AbstractUser.Meta):
        pass


@pghistory.track()
class UserGroup(User.groups.through):  # type: ignore[name-defined,misc]
    """Who is given which role: Django's own table, tracked."""

    class Meta:
        proxy = True


@pghistory.track()
class UserPermission(User.user_permissions.through):  # type: ignore[name-defined,misc]
    """Who is given which single right: Django's own table, tracked."""

    class Meta:
        proxy = True
