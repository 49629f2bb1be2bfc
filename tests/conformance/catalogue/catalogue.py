"""The official conformance cases of a charging station, by version, with what stands behind each.

One tab-separated file per version beside this module lists *all* ids. `state` is `implemented` (exactly one
test function carries the case's marker), `not_applicable` (`why` says so) or `todo`. Ids, names, profiles and
feature expressions are the Open Charge Alliance's; the steps are not copied here.

A test says which case it is with a marker: ``@pytest.mark.case("2.0.1", "TC_B_01_CS")``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path

FOLDER = Path(__file__).parent
CONFORMANCE = FOLDER.parent
FILES = {"1.6": "ocpp16.tsv", "2.0.1": "ocpp201.tsv", "2.1": "ocpp21.tsv"}


class State(StrEnum):
    """What stands behind a case."""

    IMPLEMENTED = "implemented"
    NOT_APPLICABLE = "not_applicable"
    TODO = "todo"


class CatalogueError(ValueError):
    """A line of a catalogue file, or a marker, is not what it must be. The text names file and line."""


@dataclass(frozen=True, slots=True)
class Case:
    """One official case.

    `block` is a functional block of 2.x (empty for 1.6). `profile` is the 1.6 feature profile or the 2.x
    certification profiles, joined by " | ". `status` is M, C, REMOVED or - (no certification profile) for
    2.x, one per profile where they differ; for 1.6 it tells whether the case has a prerequisite
    (`unconditional`, `conditional`) or is a `split` that a later tool made of an official one and that has no
    official steps.
    `features` is the condition, in feature ids of part 5.
    """

    id: str
    name: str
    block: str
    profile: str
    use_cases: str
    status: str
    features: str
    state: State
    why: str

    @property
    def group(self) -> str:
        """What the conformance table counts by: the block, or the profile of 1.6."""
        return self.block or self.profile

    @property
    def mandatory(self) -> bool:
        """Mandatory in one certification profile at least (2.x only: 1.6 does not say)."""
        return "M" in self.status.split(" | ")


@dataclass(frozen=True, slots=True)
class Marker:
    """A case marker on a test function."""

    version: str
    id: str
    path: Path
    line: int
    function: str

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line} {self.function}"


COLUMNS = tuple(field.name for field in fields(Case))


def load(version: str) -> tuple[Case, ...]:
    """All cases of a version ("1.6", "2.0.1" or "2.1") in the file's order. Raises CatalogueError."""
    path = FOLDER / FILES[version]
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    if tuple(header.split("\t")) != COLUMNS:
        raise CatalogueError(f"{path.name}: the columns must be {COLUMNS}")
    cases: dict[str, Case] = {}
    for number, line in enumerate(lines, start=2):
        case = _case(f"{path.name}:{number}", line)
        if case.id in cases:
            raise CatalogueError(f"{path.name}:{number}: {case.id} is listed twice")
        cases[case.id] = case
    return tuple(cases.values())


def _case(where: str, line: str) -> Case:
    cells = line.split("\t")
    if len(cells) != len(COLUMNS):
        raise CatalogueError(f"{where}: {len(cells)} cells, not {len(COLUMNS)}")
    try:
        state = State(cells[-2])
    except ValueError:
        raise CatalogueError(f"{where}: state {cells[-2]!r} is not one of {[s.value for s in State]}") from None
    case_id, name, block, profile, use_cases, status, features, _, why = cells
    case = Case(case_id, name, block, profile, use_cases, status, features, state, why)
    if (state is State.NOT_APPLICABLE) != bool(case.why):
        raise CatalogueError(f"{where}: {case.id}: `why` goes with not_applicable, and with nothing else")
    return case


def save(version: str, cases: Sequence[Case]) -> None:
    """Write a version's file anew."""
    lines = ["\t".join(COLUMNS)]
    lines += ["\t".join(str(getattr(case, column)) for column in COLUMNS) for case in cases]
    (FOLDER / FILES[version]).write_text("\n".join(lines) + "\n", encoding="utf-8")


def markers(root: Path = CONFORMANCE) -> tuple[Marker, ...]:
    """Case markers of every test function below `root`, found without importing it. Raises CatalogueError."""
    found: list[Marker] = []
    for path in sorted(root.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found += _markers_of(path, node)
    return tuple(found)


def _markers_of(path: Path, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Marker]:
    for decorator in function.decorator_list:
        if not isinstance(decorator, ast.Call) or ast.unparse(decorator.func) != "pytest.mark.case":
            continue
        where = f"{path.name}:{decorator.lineno} {function.name}"
        arguments = [a.value for a in decorator.args if isinstance(a, ast.Constant)]
        if decorator.keywords or len(arguments) != 2 or not all(isinstance(a, str) for a in arguments):
            raise CatalogueError(f'{where}: write the marker as @pytest.mark.case("2.0.1", "TC_B_01_CS")')
        version, case_id = (str(a) for a in arguments)
        if version not in FILES:
            raise CatalogueError(f"{where}: version {version!r} is not one of {list(FILES)}")
        if not function.name.startswith("test_"):
            raise CatalogueError(f"{where}: a case is a test function")
        yield Marker(version, case_id, path, decorator.lineno, function.name)


def updated(cases: Sequence[Case], marked: frozenset[str]) -> tuple[Case, ...]:
    """The cases with `implemented` wherever, and only where, a test carries the marker."""
    return tuple(_update(case, case.id in marked) for case in cases)


def _update(case: Case, is_marked: bool) -> Case:
    if is_marked:
        return replace(case, state=State.IMPLEMENTED, why="")
    return replace(case, state=State.TODO) if case.state is State.IMPLEMENTED else case
