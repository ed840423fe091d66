"""Texts of Django on our pages that its own Arabic leaves in English.

Named here, `makemessages` collects them, and our catalogue answers before Django's does.
One can go when Django's catalogue has it.
"""

from django.utils.translation import gettext_noop

TEXTS = [
    gettext_noop("Conflicting form data submitted. Please try again."),
    gettext_noop("Constraint “%(name)s” is violated."),
    gettext_noop("Disabled"),
    gettext_noop("Enable password-based authentication for this user by setting a password."),
    gettext_noop("Enabled"),
    gettext_noop("Password-based authentication"),
    gettext_noop("Password-based authentication was disabled."),
    gettext_noop("Raw passwords are not stored, so there is no way to see the user’s password."),
    gettext_noop("Reset password"),
    gettext_noop("Set password"),
    gettext_noop("Set password: %s"),
    gettext_noop(
        "Whether the user will be able to authenticate using a password or not. If disabled, "
        "they may still be able to authenticate using other backends, such as Single Sign-On "
        "or LDAP."
    ),
]
