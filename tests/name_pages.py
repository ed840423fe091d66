"""Where names of suspects are shown and entered, and who is there."""

from django.contrib.auth.models import Group
from django.urls import reverse

from tests.factories import UserFactory


def monitor(*rights):
    """Somebody of that role with single rights besides."""
    user = UserFactory(is_staff=True, clearance="TLP:RED", rights=rights)
    user.groups.add(Group.objects.get(name="monitor"))
    return user


def show(suspect):
    return reverse("admin:legal_suspect_name", args=[suspect.pk])


def enter(suspect):
    return reverse("admin:legal_suspect_name_enter", args=[suspect.pk])
