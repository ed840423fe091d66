"""What is drawn from the left, or mirrored where reading begins on the right."""

from dataclasses import dataclass

from django.utils.translation import get_language_bidi


@dataclass(frozen=True)
class Sides:
    """The width of a drawing, and from where it is read."""

    width: float
    mirrored: bool

    @classmethod
    def of(cls, width):
        return cls(width, get_language_bidi())

    def at(self, x):
        """Where a point `x` from the side where reading begins lies from the left."""
        return round(self.width - x if self.mirrored else x, 2)

    def box(self, x, length):
        """(x, width) of a box that begins `x` from the side where reading begins."""
        return round(self.width - x - length if self.mirrored else x, 2), round(length, 2)


def shortened(text, most):
    """The text, cut to `most` letters: SVG does not break lines."""
    text = str(text)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
