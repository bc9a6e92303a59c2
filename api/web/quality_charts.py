"""Figures of scanning quality as charts with the tables behind them: plain SVG, no script, no style."""

from collections.abc import Mapping, Sequence

from flask_babel import format_decimal
from flask_babel import gettext as _

from api.web.templating import short_date
from api.web.view_models.quality import Chart, ChartBar, FigureRow, FigureTable
from scanning.quality.figures import Figures, Tally
from scanning.quality.words import NAMES

WIDTH, HEIGHT = 640, 180  # of the chart by week, in its own units
WIDEST_BAR = 80  # of a chart of few weeks
BAR, GAP, LABEL = 20, 8, 200  # of the others: a bar for each row
SHORT_LABEL = 26


def tables_of(found: Figures) -> tuple[FigureTable, ...]:
    """Findings to 1,000 pages by week, device, operator and kind, each with its table."""
    weeks = {str(short_date(week)): tally for week, tally in found.by_week.items()}
    devices = {device or _("Not said"): tally for device, tally in found.by_device.items()}
    return (
        _table(
            "week", _("Findings to 1,000 pages by week"), _("Week from"), weeks, is_upright=True
        ),
        _table("device", _("Findings to 1,000 pages by scanner"), _("Scanner"), devices),
        _table(
            "operator", _("Findings to 1,000 pages by operator"), _("Operator"), found.by_operator
        ),
        _failed("failed", _("Samples that failed, by operator"), _("Operator"), found.by_operator),
        _kinds(found.whole),
    )


def number(value: float | None, digits: str = "#,##0.#") -> str:
    """A figure in words; a dash where there is nothing to divide by."""
    return "–" if value is None else str(format_decimal(value, digits))


def _table(
    chart_id: str,
    title: str,
    heading: str,
    tallies: Mapping[str, Tally],
    *,
    is_upright: bool = False,
) -> FigureTable:
    values = {label: one.per_thousand for label, one in tallies.items()}
    columns = (
        _("Pages checked"),
        _("Findings"),
        _("To 1,000 pages"),
        _("Samples judged"),
        _("Failed"),
    )
    rows = tuple(
        FigureRow(
            label=label,
            cells=(number(one.pages), number(one.found), number(one.per_thousand), number(one.judged),
                   number(one.failed)),
        )
        for label, one in tallies.items()
    )  # fmt: skip
    chart = (upright if is_upright else lying)(chart_id, title, values)
    return FigureTable(chart=chart, heading=heading, columns=columns, rows=rows)


def _failed(
    chart_id: str, title: str, heading: str, tallies: Mapping[str, Tally]
) -> FigureTable:  # fmt: skip
    judged = {label: one for label, one in tallies.items() if one.judged}
    values = {label: 100 * (one.failed_share or 0) for label, one in judged.items()}
    rows = tuple(
        FigureRow(
            label=label,
            cells=(number(one.judged), number(one.failed), f"{number(values[label])} %"),
        )
        for label, one in judged.items()
    )
    columns = (_("Samples judged"), _("Failed"), _("Share"))
    return FigureTable(
        chart=lying(chart_id, title, values), heading=heading, columns=columns, rows=rows
    )


def _kinds(whole: Tally) -> FigureTable:
    ordered = sorted(whole.findings.items(), key=lambda one: (-one[1], one[0]))
    values = {
        NAMES[fault]: 1000 * count / whole.pages if whole.pages else None
        for fault, count in ordered
    }
    rows = tuple(
        FigureRow(label=NAMES[fault], cells=(number(count), number(values[NAMES[fault]])))
        for fault, count in ordered
    )
    return FigureTable(
        chart=lying("kind", _("Findings to 1,000 pages by kind"), values), heading=_("Kind"),
        columns=(_("Findings"), _("To 1,000 pages")), rows=rows,
    )  # fmt: skip


def upright(chart_id: str, title: str, values: Mapping[str, float | None]) -> Chart:
    """Bars side by side, for what follows one another in time."""
    most, step = _most(values), min(WIDTH / max(len(values), 1), WIDEST_BAR)
    bars = []
    for place, (label, value) in enumerate(values.items()):
        height = round((HEIGHT - 40) * (value or 0) / most)
        bars.append(
            ChartBar(
                label=label, text=number(value), x=round(place * step) + 2, y=HEIGHT - 20 - height,
                width=max(round(step) - 4, 2), height=height,
            )
        )  # fmt: skip
    return Chart(
        chart_id=chart_id,
        title=title,
        bars=tuple(bars),
        width=WIDTH,
        height=HEIGHT,
        is_upright=True,
    )


def lying(chart_id: str, title: str, values: Mapping[str, float | None]) -> Chart:
    """Bars one under the other, for what has names."""
    most = _most(values)
    bars = tuple(
        ChartBar(
            label=label if len(label) <= SHORT_LABEL else f"{label[: SHORT_LABEL - 1]}…",
            text=number(value), x=LABEL, y=place * (BAR + GAP), height=BAR,
            width=round((WIDTH - LABEL - 60) * (value or 0) / most),
        )
        for place, (label, value) in enumerate(values.items())
    )  # fmt: skip
    height = max(len(bars) * (BAR + GAP), BAR)
    return Chart(chart_id=chart_id, title=title, bars=bars, width=WIDTH, height=height)


def _most(values: Mapping[str, float | None]) -> float:
    return max((one for one in values.values() if one), default=1.0)


def day_rows(found: Figures) -> Sequence[tuple[object, ...]]:
    """What was logged, a row for each day, device and operator, with a column for each kind."""
    return [
        (one.on, one.device, one.operator, one.tally.pages, one.tally.found, one.tally.judged,
         one.tally.failed, *(one.tally.findings[fault] for fault in NAMES))
        for one in found.days
    ]  # fmt: skip
