"""What holds for every operation of the schema, said once: its errors, and lists in a parameter.

drf-spectacular makes the rest from the views; the settings name `for_every_operation`.
"""

from config.problems import MEDIA_TYPE, TITLES

PROBLEM = "Problem"
READING = (400, 401, 403, 404, 405, 406, 414, 429, 500, 503)
WRITING = (*READING, 409, 411, 412, 413, 415, 422, 428)
METHODS = {"get": READING, "post": WRITING, "patch": WRITING, "put": WRITING, "delete": WRITING}
INCIDENTS, REPORT = "/api/v1/incidents/", "/api/v1/reports/accountability/"

LOCAL_TIME = r"^[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?$"

ERROR = {
    "type": "object",
    "description": "One thing that is wrong: in a parameter, a header or the body.",
    "required": ["detail"],
    "properties": {
        "parameter": {"type": "string"},
        "header": {"type": "string"},
        "pointer": {"type": "string", "examples": ["#/claims/0/group"]},
        "detail": {"type": "string"},
    },
}
SCHEMA = {
    "type": "object",
    "description": "What is wrong, and the remedy (RFC 9457). `errors` names each place.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {
            "type": "string",
            "enum": [f"urn:musaala:problem:{name}" for name, _title in TITLES.values()],
        },
        "title": {"type": "string"},
        "status": {"type": "integer", "enum": list(TITLES)},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "The path that was asked for."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemError"}},
    },
}
RETRY_AFTER = {
    "description": "Seconds until it is worth asking again.",
    "schema": {"type": "integer"},
}
ALLOW = {"description": "The methods this address takes.", "schema": {"type": "string"}}
HEADERS = {429: {"Retry-After": RETRY_AFTER}, 503: {"Retry-After": RETRY_AFTER}}
HEADERS[405] = {"Allow": ALLOW}


def for_every_operation(result, **_options):
    """The schema with its errors, and with what a list in one parameter looks like."""
    components = result["components"]
    components["schemas"] |= {PROBLEM: SCHEMA, "ProblemError": ERROR}
    components["schemas"] = dict(sorted(components["schemas"].items()))
    _write_local_times(components["schemas"])
    components["responses"] = {
        f"{PROBLEM}{status}": _response(status) for status in sorted({*WRITING})
    }
    for operations in result["paths"].values():
        for method, statuses in METHODS.items():
            if method in operations:
                _complete(operations[method], statuses)
    _give_the_report_its_filters(result["paths"])
    return result


def _write_local_times(schemas):
    """JSON Schema's `time` has a zone (RFC 3339). Ours is the clock of the place."""
    for schema in schemas.values():
        for column in schema.get("properties", {}).values():
            if column.get("format") == "time":
                del column["format"]
                column["pattern"] = LOCAL_TIME


def _response(status):
    answer = {
        "description": str(TITLES[status][1]),
        "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{PROBLEM}"}}},
    }
    return answer | ({"headers": HEADERS[status]} if status in HEADERS else {})


def _complete(operation, statuses):
    for status in statuses:
        problem = {"$ref": f"#/components/responses/{PROBLEM}{status}"}
        operation["responses"].setdefault(str(status), problem)
    for parameter in operation.get("parameters", ()):
        if parameter["name"].endswith("__in") and parameter["schema"].get("type") != "array":
            parameter["schema"] = {
                "type": "array",
                "items": parameter["schema"],
                "minItems": 1,
                "maxItems": 50,
            }
            parameter |= {"style": "form", "explode": False}


def _give_the_report_its_filters(paths):
    """It takes those of the list of incidents, which says more of each."""
    if INCIDENTS not in paths or REPORT not in paths:
        return
    listed = {each["name"]: each for each in paths[INCIDENTS]["get"]["parameters"]}
    report = paths[REPORT]["get"]
    report["parameters"] = [listed.get(each["name"], each) for each in report["parameters"]]
