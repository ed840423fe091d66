"""Every request is one transaction, seen by one viewer."""

import uuid
from contextlib import ExitStack

from django.db import transaction

from records.viewer import ENDLESS, Patience, Viewer, viewing

FOR_PROGRAMS = Patience(statement="5s", lock="3s")  # who ask again by themselves


class GateMiddleware:
    """Opens the transaction in which the database knows who is asking and why.

    It stands after whatever says who that is. What a view changed is undone if it fails.
    `request.viewer` is the viewer, `request.id` what the history calls the request, and
    `request.undo` takes what is to be undone outside the database if nothing is committed.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.viewer = Viewer.of(request.user)
        request.id = str(uuid.uuid4())
        patience = FOR_PROGRAMS if request.path.startswith("/api/") else ENDLESS
        with ExitStack() as request.undo:
            with viewing(
                request.viewer,
                patience=patience,
                user=request.viewer.person_id,
                **getattr(request.user, "told_to_history", {}),  # a partner's key
                address=request.path,
                request=request.id,
            ):
                response = self.get_response(request)
                if response.status_code >= 500:
                    transaction.set_rollback(True)
                undone = transaction.get_rollback()
            if not undone:
                request.undo.pop_all()
        return response

    def process_exception(self, request, exception):
        transaction.set_rollback(True)
