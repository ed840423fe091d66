"""Who may do what: four roles, as groups of django.contrib.auth.

Made and renewed after every `migrate`, so that a new kind of record has its rights from
the first day. Rights are the sum of a person's roles; what he reads depends on clearance,
organisation and names besides (records/viewer.py). How a record changes its state:
records/review.py.
"""

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext_lazy as _

from records.models import Grant, Organisation, Record, User
from records.rights import AUDIT, PROPOSE, READ, REVIEW

DATA_ENTRY, MONITOR, AUDITOR, ADMINISTRATOR = "data entry", "monitor", "auditor", "administrator"
CONTENT_ROLES = {DATA_ENTRY, MONITOR}
TITLES = {
    DATA_ENTRY: _("Data entry"),
    MONITOR: _("Monitor"),
    AUDITOR: _("Auditor"),
    ADMINISTRATOR: _("Administrator"),
}


def records():
    return [model for model in apps.get_models() if issubclass(model, Record)]


def rights_of(role):
    """The permissions of a role, as `app.codename`, with those that a model gives it itself."""
    return _own_rights_of(role).union(
        *(
            _on([model], *model.ROLE_RIGHTS.get(role, ()))
            for model in apps.get_models()
            if hasattr(model, "ROLE_RIGHTS")
        )
    )


def _own_rights_of(role):
    match role:
        case "data entry":
            others = [model for model in records() if model._meta.app_label != "legal"]
            return {READ, PROPOSE, *_on(records(), "view"), *_on(others, "add", "change")}
        case "monitor":
            return {READ, REVIEW, PROPOSE, *_on(records(), "view", "add", "change")}
        case "auditor":
            return {AUDIT, *_on([Grant], "view")}
        case "administrator":
            people = [User, Group, Organisation, Grant]
            return _on(people, "view", "add", "change") - _on([Group], "add", "change")
    raise ValueError(role)


def _on(models, *actions):
    return {
        f"{model._meta.app_label}.{action}_{model._meta.model_name}"
        for model in models
        for action in actions
    }


def make_roles(sender=None, using="default", **options):
    """Create the groups and give them exactly their rights. Safe to repeat."""
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    for role in TITLES:
        group, _made = Group.objects.using(using).get_or_create(name=role)
        group.permissions.set([known[right] for right in sorted(rights_of(role))])
