"""Who a row is meant for: FIRST's Traffic Light Protocol, version 2.0."""

from django.db import models


class Marking(models.TextChoices):
    """Labels are never translated: https://www.first.org/tlp/."""

    CLEAR = "TLP:CLEAR", "TLP:CLEAR"
    GREEN = "TLP:GREEN", "TLP:GREEN"
    AMBER = "TLP:AMBER", "TLP:AMBER"
    AMBER_STRICT = "TLP:AMBER+STRICT", "TLP:AMBER+STRICT"
    RED = "TLP:RED", "TLP:RED"

    @property
    def rank(self):
        """0 to 4. The function `tlp_rank` says the same in the database."""
        return list(type(self)).index(self)
