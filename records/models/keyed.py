from django.db import models


class KeyedManager(models.Manager):
    def get_by_natural_key(self, *values):
        given = zip(self.model.KEY, values, strict=True)
        return self.get(**{name: self._found(name, value) for name, value in given})

    def _found(self, name, value):
        other = self.model._meta.get_field(name).related_model
        return other._default_manager.get_by_natural_key(value) if other else value


class Keyed(models.Model):
    """A row that fixtures name by the fields in `KEY`, for it has no reference of its own.

    Each value is a plain field's, or the natural key of the row a foreign key points at.
    """

    KEY: tuple[str, ...] = ()

    objects = KeyedManager()

    class Meta:
        abstract = True

    def natural_key(self):
        values = (getattr(self, name) for name in self.KEY)
        return tuple(
            value.natural_key()[0] if isinstance(value, models.Model) else value for value in values
        )
