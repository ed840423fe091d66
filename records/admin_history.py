"""The history page of a record in the admin: records/history.py."""

from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest, PermissionDenied
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from records.history import NoSuchPage, history_of


class HistoryPage:
    """In place of Django's log, which knows nothing of the fields, nor of who may read them."""

    def history_view(self, request, object_id, extra_context=None):
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        before = request.GET.get("before", "")
        try:
            page = history_of(record, request.viewer, before)
        except NoSuchPage as refused:
            raise BadRequest("“before” is not where a page of this history begins.") from refused
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "subtitle": self.label(record),
            "label": self.label(record),
            "record": record,
            "opts": self.opts,
            "page": page,
            "later": bool(before),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/record_history.html", context)
