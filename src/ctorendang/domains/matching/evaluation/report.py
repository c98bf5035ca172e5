"""A result as a table for terminals and documents, and as a chart."""

from collections.abc import Iterator, Sequence
from html import escape

from ctorendang.domains.matching.evaluation.baselines import BASELINES
from ctorendang.domains.matching.evaluation.benchmark import PIPELINE, Result, Slice
from ctorendang.domains.matching.evaluation.metrics import MEASURES, Estimate

_METHODS = (*BASELINES, PIPELINE)
_WIDTH, _LEFT, _ROW = 760, 190, 26


def summary(result: Result) -> str:
    """What was asked for and how far it got, in a few lines."""
    whole = result.slices[0]
    gain = whole.ndcg(PIPELINE) - whole.ndcg(whole.best_leg)
    behind = [each for each in result.slices if each.ndcg(PIPELINE) < each.ndcg(each.best_leg)]
    names = ", ".join(f"{each.name} ({each.ndcg(PIPELINE) - each.ndcg(each.best_leg):+.3f})" for each in behind)
    return "\n".join(
        [
            f"nDCG@10 above the best single leg ({whole.best_leg}) on B's test seed: {gain:+.3f} (goal +0.150)",
            f"Slices below their best leg: {names or 'none'} (goal none)",
            f"Under-filled lists: {result.under_filled} of {result.lists} (goal 0)",
            *result.notes,
        ]
    )


def table(result: Result) -> str:
    """Markdown that reads well in a terminal too: one block a measure, a row a slice, a column a method."""
    blocks = []
    for measure in MEASURES:
        rows = [["slice", "briefs", *_METHODS]]
        for each in result.slices:
            cells = [_cell(each.estimates[method][measure]) for method in _METHODS]
            rows.append([each.name, str(each.briefs), *cells])
        blocks.append(f"### {measure}\n\n" + "\n".join(_lines(rows)))
    return "\n\n".join(blocks) + "\n"


def _cell(value: Estimate) -> str:
    return f"{value.mean:.3f} [{value.low:.3f}, {value.high:.3f}]"


def _lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        yield "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        if number == 0:
            yield "|" + "|".join("-" * (width + 2) for width in widths) + "|"


def chart(result: Result) -> str:
    """An SVG: nDCG@10 of every method over all of track B, then the pipeline beside the best leg by slice."""
    whole = result.slices[0]
    parts = [_title(24, f"Track B, test seed: nDCG@10 with 95% intervals, {whole.briefs} briefs")]
    y = 44
    for method in _METHODS:
        parts.append(
            _bar(y, method, whole.estimates[method]["nDCG@10"], "#0b6e63" if method == PIPELINE else "#9aa5b1")
        )
        y += _ROW
    parts.append(_title(y + 28, "By slice: the pipeline beside the best single leg there"))
    y += 48
    for each in result.slices:
        parts += _pair(y, each)
        y += 2 * _ROW + 6
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y + 10}" role="img" '
        f'aria-label="nDCG@10 by method and slice" font-family="system-ui, sans-serif" font-size="13">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )


def _title(y: int, text: str) -> str:
    return f'<text x="12" y="{y}" font-weight="600" fill="#1f2933">{escape(text)}</text>'


def _pair(y: int, each: Slice) -> list[str]:
    leg = each.best_leg
    return [
        _bar(y, f"{each.name}: pipeline", each.estimates[PIPELINE]["nDCG@10"], "#0b6e63"),
        _bar(y + _ROW - 4, leg, each.estimates[leg]["nDCG@10"], "#9aa5b1"),
    ]


def _bar(y: int, label: str, value: Estimate, colour: str) -> str:
    scale = _WIDTH - _LEFT - 130
    low, high, width = (_LEFT + scale * part for part in (value.low, value.high, value.mean))
    middle = y + 9
    return (
        f'<text x="{_LEFT - 8}" y="{y + 13}" text-anchor="end" fill="#1f2933">{escape(label)}</text>'
        f'<rect x="{_LEFT}" y="{y}" width="{width - _LEFT:.1f}" height="18" rx="3" fill="{colour}"/>'
        f'<path d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8M{high:.1f} {middle - 4}v8" '
        f'stroke="#1f2933" fill="none"/>'
        f'<text x="{_WIDTH - 122}" y="{y + 13}" fill="#52606d">{_cell(value)}</text>'
    )
