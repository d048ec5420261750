"""A row is one figure with its goal and the values of its runs, printed as Markdown and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["TIMES", "AtLeast", "AtMost", "Row", "figures", "table", "with_figures", "write_figures"]

PAGE = Path(__file__).parents[1] / "docs/benchmarks.md"
"""The page with the tables."""

TIMES = "×"  # noqa: RUF001 - the unit of a ratio


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A goal that a median of this number or more reaches."""

    number: float

    def is_reached(self, median: float) -> bool:
        """Return whether a median reaches the goal."""
        return median >= self.number

    def __str__(self) -> str:
        return f"≥ {_written(self.number)}"


@dataclass(frozen=True, slots=True)
class AtMost:
    """A goal that a median of this number or less reaches."""

    number: float

    def is_reached(self, median: float) -> bool:
        """Return whether a median reaches the goal."""
        return median <= self.number

    def __str__(self) -> str:
        return f"≤ {_written(self.number)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure: ``values`` has one value for each run, and their median is compared with the goal.

    ``details`` are further facts, as JSON.

    >>> row = Row(name="ratio", what="us ÷ them", unit="s", values=(1.0, 3.0, 2.0), goal=AtLeast(2))
    >>> row.median, row.is_reached
    (2.0, True)
    """

    name: str
    what: str
    unit: str
    values: Sequence[float]
    goal: AtLeast | AtMost | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """The median of the runs."""
        return statistics.median(self.values)

    @property
    def is_reached(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        return self.goal.is_reached(self.median) if self.goal else None

    def as_json(self) -> dict[str, Any]:
        """Return the row as plain data."""
        return {
            "name": self.name,
            "what": self.what,
            "unit": self.unit,
            "goal": str(self.goal) if self.goal else None,
            "reached": self.is_reached,
            "min": _rounded(min(self.values)),
            "median": _rounded(self.median),
            "max": _rounded(max(self.values)),
            "values": [_rounded(value) for value in self.values],
            **({"details": dict(self.details)} if self.details else {}),
        }

    def __str__(self) -> str:
        least, most = _written(min(self.values)), _written(max(self.values))
        text = f"{self.what}: {_written(self.median)} {self.unit} ({least} to {most})"
        return f"{text}; goal {self.goal}: {_answer(self.is_reached)}" if self.goal else text


def figures(results: Mapping[str, Any]) -> str:
    """Return the Markdown table of results.json, below a line that names the machine."""
    machine = results["machine"]
    where = (
        f"{machine['cores']} cores ({machine['processor']}), {machine['memory_gb']} GB, Python {machine['python']}, "
        f"Pelican {machine['pelican']}, Hugo {machine['hugo']}, disk {machine['file_systems']['disk']}; "
        f"medians of {results['runs']} runs in one go, seed {results['seed']}:"
    )
    return f"{where}\n\n{table(results['rows'])}"


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the Markdown table of rows in their JSON form."""
    lines = ["| measured | goal | median | lowest to highest | goal reached |", "|---|---|---|---|---|"]
    for row in rows:
        unit = row["unit"]
        median, least, most = (_written(row[key]) for key in ("median", "min", "max"))
        goal = f"{row['goal']} {unit}" if row["goal"] else ""
        answer = _answer(row["reached"])
        lines.append(f"| {row['what']} | {goal} | {median} {unit} | {least} to {most} {unit} | {answer} |")
    return "\n".join(lines)


def write_figures(table: str, name: str = "figures") -> None:
    """Write a table into docs/benchmarks.md; raise ValueError if the page has no markers of that name."""
    PAGE.write_text(with_figures(PAGE.read_text(encoding="utf-8"), table, name), encoding="utf-8")


def with_figures(page: str, table: str, name: str = "figures") -> str:
    r"""Return a page with the table between the two markers of a name; raise ValueError if one is missing.

    >>> with_figures("a <!-- figures -->old<!-- /figures --> b", "new")
    'a <!-- figures -->\n\nnew\n\n<!-- /figures --> b'
    """
    first, last = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, start, rest = page.partition(first)
    _, end, after = rest.partition(last)
    if not start or not end:
        raise ValueError(f"the page has no markers for the table: write {first} and {last} where it belongs")
    return f"{before}{first}\n\n{table}\n\n{last}{after}"


def _answer(is_reached: bool | None) -> str:
    return {True: "yes", False: "no", None: ""}[is_reached]


def _rounded(value: float) -> float:
    return float(f"{value:.4g}") if abs(value) < 1000 else round(value)


def _written(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"
