"""The report to hand over: dated, numbered, the same bytes for the same day and records.

How a report comes about, in this order:

    cases.py      the dashboard's Asked to Cases: each attack that counts, with its sources
    document.py   an Asked for one audience to a Document: all that the report says
    method.py     how it is counted, and what it cannot say
    paper.py      a Document as HTML that prints
    bundle.py     a Document as CSV files in one archive
    making.py     a Document to a row of HandedOver
    since.py      a row of HandedOver and the Document of today: what changed
    views.py      the pages

Nothing here counts. Numbers are those of the dashboard; what each counts is listed beside it,
and a report of which the lists and the numbers differ is not made.
"""
