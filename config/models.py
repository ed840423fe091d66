from config.sign_in.devices import Authenticator, RecoveryCodes
from config.sign_in.journal import SignIn
from config.sign_in.sessions import PersonRights, PersonRoles, PersonSingleRights, Session

__all__ = [
    "Authenticator",
    "PersonRights",
    "PersonRoles",
    "PersonSingleRights",
    "RecoveryCodes",
    "Session",
    "SignIn",
]
