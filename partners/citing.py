"""What a release says of itself: its dictionary, how to cite it, and its checksums."""

import csv
import io

README = """# Musaala, release {number}

Attacks by armed groups, who claimed them, who they are attributed to, who was arrested and how
the courts ended it: what is published and marked for {marking} or wider, as of {day}.

| File | One row is |
| --- | --- |
| incidents.csv | one attack; `ladder.…` says which rungs it stands on by that day |
| claims.csv | one claim of one incident by one group |
| attributions.csv | one attribution of one incident, by somebody |
| arrest_links.csv | one arrest that somebody ties to one incident |
| convictions.csv | one judgment; `stands` says whether it stands on that day |
| dictionary.csv | one column of the files above |

UTF-8, lines end with a line feed, cells without a value are unknown, never 0. Text that a
spreadsheet would take for a formula begins with an apostrophe. Rows of two files belong together
by `reference`. Definitions: docs/methodology.md of the software.

Cite as: {citation}
Check with: sha256sum --check SHA256SUMS
"""
CFF = """cff-version: 1.2.0
message: "Please cite this release."
type: dataset
title: "Musaala: attacks by armed groups, and what the courts made of them"
authors:
  - name: "Musaala"
version: "{number}"
date-released: {day}
"""


def citation(number, day):
    return f"Musaala, release {number}, {day:%Y-%m-%d}."


def besides(number, marking, day, files):
    """Pairs of the name and the text of what stands beside the tables, checksums last."""
    said = {"number": number, "marking": marking.value, "day": day.isoformat()}
    texts = [
        ("README.md", README.format(citation=citation(number, day), **said)),
        ("CITATION.cff", CFF.format(**said)),
        ("dictionary.csv", _dictionary(files)),
    ]
    yield from texts
    yield (
        "SHA256SUMS",
        "".join(f"{files[name]['sha256']}  {name}\n" for name in sorted(files)),
    )


def _dictionary(files):
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["file", "column", "type", "definition", "source"])
    for name, file in files.items():
        for entry in file["columns"]:
            table.writerow([name, *entry.values()])
    return text.getvalue()
