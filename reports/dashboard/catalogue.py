"""Every figure there is, by its name: those of the dashboard, and those of its other pages."""

from collections.abc import Callable
from dataclasses import dataclass

from reports.dashboard import figures, figures_held, figures_reach, figures_release, figures_time


@dataclass(frozen=True)
class Maker:
    """How a figure comes about. bys: from an Asked to the groupings it needs."""

    make: Callable
    bys: Callable = lambda _asked: []


FIGURES = {
    "ladder": Maker(figures.ladder),
    "militias": Maker(figures.militias, lambda asked: [asked.by]),
    "months": Maker(figures.months, lambda _asked: ["month", "year"]),
    "governorates": Maker(figures.governorates, lambda _asked: ["governorate"]),
    "sites": Maker(figures.sites, lambda _asked: ["governorate", "place"]),
    "claims": Maker(figures.claims, lambda _asked: ["claimant_root"]),
    "arrests": Maker(figures_held.arrests),
    "reasons": Maker(figures_held.reasons),
}


# On pages of their own: reports/dashboard/measures.py
MEASURES = {
    **{name: Maker(figures_time.of_milestone(of)) for of, name in figures_time.NAMES.items()},
    "waits_by_militia": Maker(figures_time.by_militia),
    "waits_by_authority": Maker(figures_time.by_authority),
    "released": Maker(figures_release.released),
    "reach": Maker(figures_reach.levels),
    "reach_attacks": Maker(figures_reach.attacks),
}
ALL_FIGURES = FIGURES | MEASURES


def groupings_of(asked, names=FIGURES):
    return [by for name in names for by in ALL_FIGURES[name].bys(asked)]
