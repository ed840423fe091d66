"""Networks in PostgreSQL's own words, which refuse what is none."""

from ipaddress import ip_network

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


def network(text):
    """The network that a text names: 203.0.113.0/24, or a single address.

    Raises:
        ValidationError: it names none, or an address within one.
    """
    try:
        return ip_network(str(text).strip())
    except ValueError as error:
        raise ValidationError(
            _("“%(text)s” is not a network. Write one such as 203.0.113.0/24 or 2001:db8::/48."),
            params={"text": text},
        ) from error


def lies_in(address, networks):
    """Whether an address lies in one of the networks. An unknown one lies in none."""
    return address is not None and any(address in network(each) for each in networks)


def within(networks, others):
    """Whether no address lies in `networks` and not in `others`. No network means: anywhere."""
    if not networks or not others:
        return not others
    return all(
        any(new.version == old.version and new.subnet_of(old) for old in map(network, others))
        for new in map(network, networks)
    )


class NetworkField(models.Field):
    """One network, as text."""

    description = _("Network")
    default_validators = [network]

    def db_type(self, connection):
        return "cidr"

    def to_python(self, value):
        return None if value is None else str(network(value))

    def get_prep_value(self, value):
        return self.to_python(super().get_prep_value(value))
