"""Which fields of a record an answer has: `fields`, `omit` and `nested` of a request."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """Fields are named as in the answer, those of an object inside it `claims.group`.

    flat: other records stand there by their reference alone, and lists of them are left out.
    fields: these alone, or None: all. omit: not these.
    """

    flat: bool = False
    fields: frozenset[str] | None = None
    omit: frozenset[str] = frozenset()

    def has(self, name):
        return name not in self.omit and (self.fields is None or self._is_asked_for(name))

    def _is_asked_for(self, name):
        above = name.split(".")
        return any(".".join(above[:depth]) in self.fields for depth in range(1, len(above) + 1)) or any(
            asked.startswith(f"{name}.") for asked in self.fields
        )


WHOLE = Shape()
FLAT = Shape(flat=True)
