"""People in roles, as the tests of sign-ins need them."""

from django.contrib.auth.models import Group

from tests.factories import UserFactory


def in_role(name, *rights, **values):
    user = UserFactory(is_staff=True, rights=rights, **values)
    user.groups.set([role(name)])
    return user


def role(name):
    return Group.objects.get(name=name)
