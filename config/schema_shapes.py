"""What the schema says of the shapes a reader can ask for: records/shapes.py.

By `fields` and `omit` any field can be left out, so none is required. With `nested=false`
a record inside another is its reference: where the schema has a brief, a text will do.
"""

INSIDE = "#/components/schemas/"
NOTHING_NEW = {"description": "Nothing that you may see has changed since the ETag you sent."}
REFERENCE = {"type": "string", "description": "With nested=false: its reference."}


def describe_shapes(result, **_options):
    """A hook of drf-spectacular, for the answers of which a shape can be asked."""
    schemas = result["components"]["schemas"]
    for name in _shown(result["paths"], schemas):
        schemas[name].pop("required", None)
        for field, schema in schemas[name].get("properties", {}).items():
            if any(ref.endswith("Brief") for ref in _named_by(schema)):
                schemas[name]["properties"][field] = {"anyOf": [schema, REFERENCE]}
    return result


def _shown(paths, schemas):
    """The names of the components that such an answer is made of."""
    names, waiting = set(), []
    for operations in paths.values():
        reading = operations.get("get", {})
        if reading:
            reading["responses"]["304"] = NOTHING_NEW
        if any(parameter["name"] == "nested" for parameter in reading.get("parameters", ())):
            waiting += _named_by(reading["responses"]["200"])
    while waiting:
        name = waiting.pop().removeprefix(INSIDE)
        if name not in names:
            names.add(name)
            waiting += _named_by(schemas[name])
    # A page has no shape of its own.
    return sorted(name for name in names if "properties" in schemas[name] and not _is_page(name))


def _is_page(name):
    return name.startswith("Paginated")


def _named_by(schema):
    """The references in a schema, however deep."""
    if isinstance(schema, dict):
        own = [schema["$ref"]] if "$ref" in schema else []
        return own + [ref for part in schema.values() for ref in _named_by(part)]
    return [ref for part in schema for ref in _named_by(part)] if isinstance(schema, list) else []
