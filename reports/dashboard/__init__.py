"""The dashboard: one filter bar, many figures, each number a way to its rows.

How a page comes about, in this order:

    asked.py     an address to Asked: filters, Question, and the addresses of lists
    numbers.py   Asked to Numbers: what the figures need, each part asked for once
    figures.py   Numbers to Figures: a chart, a table, a definition, a query
    files.py     a Figure as CSV, SVG or PNG
    compared.py  two days: what changed in each number, and through which records
    views.py     the pages
    saved.py     views saved under a name, for one's organisation

A page that comes later hangs onto this: it takes an `Asked` from its request (so the same bar
drives it: templates/reports/dashboard/bar.html), makes Figures, registers them in FIGURES,
and has table, files, definition and links without more. A number whose rows are neither
incidents, arrests nor suspects needs a list that takes its address: reports/admin.py.
"""
