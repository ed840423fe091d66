"""Every address of the schema, asked with what fits the schema and with what does not.

Schemathesis makes the questions and holds each answer against the schema: its status, its
media type, its headers and its body. The same questions in every run.
"""

import json
from io import StringIO
from tempfile import TemporaryDirectory

from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, openapi
from schemathesis.specs.openapi import checks

from records.rights import PROPOSE, READ
from tests.factories import UserFactory
from tests.starter import StarterDataTestCase

OF_EACH_KIND = 6  # questions to each operation: with all operations, within three minutes
CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
RELEASED = {"number": "CLEAR-1", "file": "claims.csv"}
QUIETLY = settings(
    max_examples=OF_EACH_KIND,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def generated():
    """The schema as it is served, as plain data."""
    return json.loads(json.dumps(SchemaGenerator().get_schema(public=True), default=str))


class EveryOperation(StarterDataTestCase):
    def setUp(self):
        reader = UserFactory(username="reader", clearance="TLP:RED", rights=[READ, PROPOSE])
        self.client.force_login(reader)
        (session,) = self.client.cookies.values()
        self.cookies = {session.key: session.value}
        self.schema = openapi.from_dict(generated())
        self.schema.app = WSGIHandler()
        self.seen = []

    def ask(self, case):
        response = case.call(cookies=self.cookies)
        self.seen.append((case.operation.label, response.status_code))
        assert response.status_code < 500, (case.as_curl_command(), response.text)
        case.validate_response(response, checks=CHECKS)

    def ask_operation(self, operation, mode, **fixed):
        QUIETLY(given(case=operation.as_strategy(mode, **fixed))(self.ask))()

    def test_no_answer_is_undocumented_or_a_fault(self):
        self._propose()
        self._release()
        references = self._one_reference_of_each()
        for signal in (request_started, request_finished):  # as Django's own client does
            signal.disconnect(close_old_connections)
            self.addCleanup(signal.connect, close_old_connections)
        operations = [found.ok() for found in self.schema.get_all_operations()]
        reading = [operation for operation in operations if operation.method == "get"]

        for operation in reading:
            path = {}
            if "{reference}" in operation.path:
                path = {"path_parameters": {"reference": references[operation.path]}}
                self.ask_operation(operation, GenerationMode.POSITIVE)
            elif "{number}" in operation.path:
                path = {"path_parameters": RELEASED}
            self.ask_operation(operation, GenerationMode.POSITIVE, **path)
            self.ask_operation(operation, GenerationMode.NEGATIVE, **path)

        asked = {label for label, _status in self.seen}
        assert asked == {operation.label for operation in reading}
        answered = {label for label, status in self.seen if status == 200}
        assert answered == asked

    def _propose(self):
        place = self.client.get("/api/v1/places/").json()["results"][0]["reference"]
        body = {
            "title": "Rockets",
            "kind": "rocket_attack",
            "occurred": {"from": "2021-02-15"},
            "place": place,
        }
        answer = self.client.post("/api/v1/incidents/", body, content_type="application/json")
        assert answer.status_code == 201, answer.text

    def _release(self):
        folder = self.enterContext(TemporaryDirectory())
        self.enterContext(self.settings(MEDIA_ROOT=folder))
        call_command("release", stdout=StringIO())

    def _one_reference_of_each(self):
        found = {}
        for path in self.schema.raw_schema["paths"]:
            if path.endswith("{reference}/"):
                noun = path.removesuffix("{reference}/")
                (row, *_others) = self.client.get(noun).json()["results"]
                found[path] = row["reference"]
        return found
