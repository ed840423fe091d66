"""How long one question for likely duplicates takes, as the form asks it: behind both walls."""

import statistics
import time
from datetime import date, timedelta

from bench.exports import peak_memory
from incidents.likeness import Sketch, folded_titles, likely_duplicates, where_is
from incidents.models import IncidentKind, Place
from records.viewer import viewing

FIRST = date(2004, 1, 1)
DAYS = 8000  # of which the made-up incidents are
ASKED = 300
KINDS = IncidentKind.values


def questions(viewer):
    """Sketches of attacks on days and at places all over the made-up world."""
    places = list(Place.objects.visible_to(viewer).order_by("pk"))
    for number in range(ASKED):
        day = FIRST + timedelta(number * 7919 % DAYS)
        place = places[number * 31 % len(places)]
        month = number % 10 == 0  # now and then somebody knows the month alone
        last = day + timedelta(30) if month else day
        kind = KINDS[number % len(KINDS)]
        titles = folded_titles(f"Rockets near {place.name}")
        yield Sketch(day, last, kind, where_is(place), titles)


def latency(viewer):
    """(median, 95th of a hundred, longest) in ms, how many found some, growth in MB."""
    before, taken, found = peak_memory(), [], 0
    with viewing(viewer):
        for sketch in list(questions(viewer)):
            start = time.perf_counter()
            found += bool(likely_duplicates(sketch, viewer))
            taken.append(1000 * (time.perf_counter() - start))
    taken.sort()
    longest = taken[len(taken) * 95 // 100], taken[-1]
    return statistics.median(taken), *longest, found, peak_memory() - before
