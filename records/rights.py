"""What somebody may do beyond a single kind of record. Held through roles: records/roles.py."""

from django.utils.translation import gettext_lazy as _

PERMISSIONS = [
    ("read_records", _("May read records, as far as clearance and organisation reach")),
    ("read_names", _("May read the names of suspects")),
    ("review_records", _("May publish, return, withdraw and countersign records")),
    ("read_audit", _("May read who did what, without what it says")),
    ("propose_records", _("May propose records over the API, as drafts")),
]
RIGHTS = [f"records.{name}" for name, _says in PERMISSIONS]
READ, NAMES, REVIEW, AUDIT, PROPOSE = RIGHTS
