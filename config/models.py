from config.sign_in.devices import Authenticator, RecoveryCode, RecoveryCodes
from config.sign_in.journal import SignIn
from config.sign_in.sessions import (
    PersonGrants,
    PersonRights,
    PersonRoles,
    PersonSingleRights,
    Session,
)

__all__ = [
    "Authenticator",
    "PersonGrants",
    "PersonRights",
    "PersonRoles",
    "PersonSingleRights",
    "RecoveryCode",
    "RecoveryCodes",
    "Session",
    "SignIn",
]
