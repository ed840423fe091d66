import pghistory
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from records.models.marking import Marking
from records.models.organisation import Organisation
from records.models.second_administrator import OF_ROLES, OF_SIGN_IN, OF_SINGLE_RIGHTS
from records.rights import PERMISSIONS
from records.web_role import NEVER_DELETED


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractUser):
    """A person who signs in, and the organisation he or she reads and writes for."""

    WEB_RIGHTS = NEVER_DELETED

    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name=_("organisation"),
    )

    clearance = models.CharField(
        _("clearance"),
        max_length=16,
        choices=Marking,
        default=Marking.GREEN,
        help_text=_("The highest marking he or she reads, where organisation or name allow it."),
    )

    class Meta(AbstractUser.Meta):
        permissions = PERMISSIONS
        triggers = [OF_SIGN_IN]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(clearance__in=Marking.values),
                name="user_clearance_is_tlp",
                violation_error_message=_("The clearance is one of the five TLP 2.0 labels."),
            )
        ]


@pghistory.track()
class UserGroup(User.groups.through):  # type: ignore[name-defined,misc]
    """Who is given which role: Django's own table, tracked."""

    class Meta:
        proxy = True
        verbose_name = _("role of a person")
        triggers = [OF_ROLES]


@pghistory.track()
class UserPermission(User.user_permissions.through):  # type: ignore[name-defined,misc]
    """Who is given which single right: Django's own table, tracked."""

    class Meta:
        proxy = True
        verbose_name = _("single right of a person")
        triggers = [OF_SINGLE_RIGHTS]
