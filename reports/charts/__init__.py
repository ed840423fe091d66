"""Numbers to the shapes of a chart. Templates draw them as SVG: no script, no style.

A chart is a frozen dataclass of shapes in units of its own drawing, with `template`, `width`
and `height`; every mark carries the address of its rows. In a language that is read from the
right the shapes are mirrored here, so templates know nothing of it but the side where labels
begin. Colours are classes: static/musaala/charts.css on a page, and
static/musaala/chart_file.css in a file that stands alone (reports/dashboard/files.py).

To add a chart: a module here, a template in templates/reports/charts/, and the figure that
shows it in reports/dashboard/.
"""

from reports.charts.bars import bar_chart
from reports.charts.curve import curve_chart
from reports.charts.grid import grid_chart
from reports.charts.ladder import ladder_chart
from reports.charts.months import month_chart
from reports.charts.territory import governorate_map, site_map

__all__ = [
    "bar_chart",
    "curve_chart",
    "governorate_map",
    "grid_chart",
    "ladder_chart",
    "month_chart",
    "site_map",
]
