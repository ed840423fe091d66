"""Two addresses for whoever watches the server: is it alive, and can it serve?

They stand before sessions, redirects and the gate, so that they need none of these.
"""

from django.db import DatabaseError, InterfaceError, connection
from django.http import JsonResponse

from config.problems import unavailable

ALIVE = "/healthz"  # touches no database: to restart the process would not bring it back
READY = "/readyz"


class Health:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path not in (ALIVE, READY):
            return self.get_response(request)
        if request.path == READY and not _database_answers():
            return unavailable(request)
        return JsonResponse({"status": "ok"})


def _database_answers():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return False
    return True
