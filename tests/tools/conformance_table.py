"""The conformance table of the README, made from the catalogue.

python -m tests.tools.conformance_table            print it
python -m tests.tools.conformance_table --write    put it between the README's markers
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.conformance.catalogue import catalogue
from tests.conformance.catalogue.catalogue import Case, State

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- conformance:begin -->", "<!-- conformance:end -->"
HEADER = (
    "| OCPP | Block or profile | Cases | Implemented | Not applicable | To do | Mandatory implemented |\n"
    "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
)


def table() -> str:
    """The whole table: a row per group with an implemented case, one for the rest, one for the version."""
    rows = [HEADER]
    for version in catalogue.FILES:
        rows += version_rows(version, catalogue.load(version))
    return "\n".join(rows)


def version_rows(version: str, cases: Sequence[Case]) -> list[str]:
    """Rows of one version."""
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(case.group, []).append(case)
    begun = {name: group for name, group in groups.items() if _count(group, State.IMPLEMENTED)}
    rest = [case for name, group in groups.items() if name not in begun for case in group]
    rows = [_row(version, name, group) for name, group in begun.items()]
    if rest and begun:
        names = ", ".join(name.split(" ")[0] for name in groups if name not in begun)
        rows.append(_row(version, f"other: {names}", rest))
    return [*rows, _row(f"**{version}**", "**all**", cases)]


def _count(cases: Iterable[Case], state: State) -> int:
    return sum(case.state is state for case in cases)


def _row(version: str, name: str, cases: Sequence[Case]) -> str:
    mandatory = [case for case in cases if case.mandatory]
    # OCPP 1.6 does not say which of its cases are mandatory.
    share = f"{_count(mandatory, State.IMPLEMENTED)} of {len(mandatory)}" if mandatory else "–"
    counts = " | ".join(str(_count(cases, state)) for state in State)
    return f"| {version} | {name} | {len(cases)} | {counts} | {share} |"


def between_markers(text: str) -> str | None:
    """What stands between the markers, or None if `text` has not exactly one pair of them."""
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        return None
    return text.partition(BEGIN)[2].partition(END)[0].strip("\n")


def main(arguments: Sequence[str]) -> int:
    """Print, or with --write rewrite the README. Exit code 2 if it has no markers."""
    if list(arguments) != ["--write"]:
        print(table())
        return 0
    text = README.read_text(encoding="utf-8")
    if between_markers(text) is None:
        print(f"{README.name} has no pair of markers {BEGIN} {END}", file=sys.stderr)
        return 2
    head, tail = text.partition(BEGIN)[0], text.partition(END)[2]
    README.write_text(f"{head}{BEGIN}\n{table()}\n{END}{tail}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
