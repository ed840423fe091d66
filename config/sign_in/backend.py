from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied

from config.sign_in import lockout
from config.sign_in.devices import accepted_by, could_be, has_device
from records.models import User


class PasswordAndCode(ModelBackend):
    """Password and code are one question with one answer: neither is confirmed alone.

    Whoever has an authenticator gives a code, whatever REQUIRE_2FA says. A code is used up,
    and a wrong one counted, only with the right password: else a stranger could make a
    person's own codes wait.
    """

    def authenticate(self, request, username=None, password=None, code="", **kwargs):
        if lockout.is_under_attack(request, username) and self._is_a_guess(username, code):
            make_password(password)  # takes as long as comparing it would
            raise PermissionDenied
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if user is None or not has_device(user):
            return user
        user.otp_device = accepted_by(user, code)
        if user.otp_device is None:
            raise PermissionDenied
        return user

    def user_can_authenticate(self, user):
        """Of an organisation that is not active nobody gets in, whoever is signed in included."""
        organisation = user.organisation
        return super().user_can_authenticate(user) and (not organisation or organisation.is_active)

    def get_user(self, user_id):
        user = User.objects.select_related("organisation").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj, obj=None):
        """Those of his roles and his own, in one query where Django asks for each apart."""
        if obj is not None or not user_obj.is_active or user_obj.is_anonymous:
            return set()
        if user_obj.is_superuser:
            return super().get_all_permissions(user_obj)
        if not hasattr(user_obj, "_perm_cache"):
            his, of_roles = (
                rights.order_by().values_list("content_type__app_label", "codename")
                for rights in (
                    self._get_user_permissions(user_obj),
                    self._get_group_permissions(user_obj),
                )
            )
            both = his.union(of_roles)
            user_obj._perm_cache = {f"{app}.{codename}" for app, codename in both}
        return user_obj._perm_cache

    def _is_a_guess(self, username, code):
        """Many addresses try this name: its password is compared only beside a right code.

        Who has no authenticator yet is let through to the password, or strangers could
        shut him out.
        """
        user = User.objects.filter(username=username).first()
        return user is not None and has_device(user) and not could_be(user, code)
