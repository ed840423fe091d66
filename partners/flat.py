"""Records as the feed shows them: other records by their reference alone."""

from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from records.models import Record

FLAT = "flat"


def texts(view, viewer, keys, shape):
    """{key: JSON text} of the rows with these keys that the viewer may read."""
    serializer = view.serializer_class()
    rows = view.queryset.visible_to(viewer).filter(pk__in=keys)
    return {
        row.pk: JSONRenderer().render(_flat(serializer, row.__class__, row)).decode()
        for row in rows
    }


def _of_another(field, model):
    """Whether it is a column of a record that a key leads to, and not its reference."""
    *keys, name = field.source_attrs or [""]
    keyed = name in {key.name for key in model._meta.fields if key.is_relation}
    return (bool(keys) and name != "reference") or keyed


def _flat(serializer, model, row):
    shown = {}
    for name, field in serializer.fields.items():
        if isinstance(field, serializers.ListSerializer):
            relation = model._meta.get_field(field.source)
            if not issubclass(relation.related_model, Record):
                rows = getattr(row, field.source).all()
                shown[name] = [_flat(field.child, relation.related_model, part) for part in rows]
        elif isinstance(field, serializers.ModelSerializer):
            other = field.get_attribute(row)
            shown[name] = other and other.reference
        elif _of_another(field, model):
            continue
        elif not isinstance(field, serializers.SerializerMethodField):
            value = field.get_attribute(row)
            shown[name] = None if value is None else field.to_representation(value)
    return shown
