"""The catalogue lists every official case and says exactly what the tests say."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.conformance.catalogue import catalogue
from tests.conformance.catalogue.catalogue import CatalogueError, State
from tests.tools import conformance_table

# As the documents have them: 102 cases of the 1.6 document of 2024-04 and 10 later splits; part 6 of 2.0.1
# edition 3 with 250 mandatory cases (251 with the one that is mandatory in one profile only); part 5 of 2.1.
OFFICIAL = {"1.6": (112, 0), "2.0.1": (424, 251), "2.1": (562, 176)}


@pytest.mark.parametrize("version", catalogue.FILES)
def test_every_official_case_is_listed(version: str) -> None:
    cases = catalogue.load(version)
    assert (len(cases), sum(case.mandatory for case in cases)) == OFFICIAL[version]


def test_official_and_later_cases_of_1_6() -> None:
    statuses = Counter(case.status for case in catalogue.load("1.6"))
    assert statuses["split"] == 10
    assert statuses["conditional"] + statuses["unconditional"] == 102
    core = [case for case in catalogue.load("1.6") if case.profile == "Core" and case.status != "split"]
    assert len(core) == 48


def test_cases_outside_certification_are_not_applicable() -> None:
    outside = [case for case in catalogue.load("2.0.1") if case.status in ("-", "REMOVED")]
    assert len(outside) == 17
    assert all(case.state is not State.TODO for case in outside)


@pytest.mark.parametrize("version", catalogue.FILES)
def test_implemented_means_marked(version: str) -> None:
    marked = {marker.id for marker in catalogue.markers() if marker.version == version}
    cases = catalogue.load(version)
    unknown = marked - {case.id for case in cases}
    implemented = {case.id for case in cases if case.state is State.IMPLEMENTED}
    assert not unknown, "markers that name no official case"
    assert implemented == marked, "run `python -m tests.tools.mark_cases`"


def test_one_function_per_case() -> None:
    owners: dict[tuple[str, str], list[str]] = {}
    for marker in catalogue.markers():
        owners.setdefault((marker.version, marker.id), []).append(str(marker))
    assert {case: where for case, where in owners.items() if len(where) > 1} == {}


def test_one_case_per_function_and_version() -> None:
    seen = Counter((marker.path, marker.function, marker.version) for marker in catalogue.markers())
    assert [key for key, count in seen.items() if count > 1] == []


def test_readme_has_the_generated_table() -> None:
    shown = conformance_table.between_markers(conformance_table.README.read_text(encoding="utf-8"))
    assert shown == conformance_table.table(), "run `python -m tests.tools.conformance_table --write`"


def test_markers_are_read_from_source(tmp_path: Path) -> None:
    source = (
        "import pytest\n"
        '@pytest.mark.case("2.0.1", "TC_B_01_CS")\n@pytest.mark.case("2.1", "TC_B_01_CS")\n'
        "async def test_boot() -> None: ...\n"
        "class TestMore:\n"
        '    @pytest.mark.case("1.6", "TC_001_CS")\n'
        "    def test_boot(self) -> None: ...\n"
    )
    (tmp_path / "test_boot.py").write_text(source)
    found = catalogue.markers(tmp_path)
    assert [(m.version, m.id, m.function) for m in found] == [
        ("2.0.1", "TC_B_01_CS", "test_boot"),
        ("2.1", "TC_B_01_CS", "test_boot"),
        ("1.6", "TC_001_CS", "test_boot"),
    ]


@pytest.mark.parametrize(
    ("marker", "complaint"),
    [
        ('case("TC_B_01_CS")', "write the marker"),
        ('case(version="2.0.1", id="TC_B_01_CS")', "write the marker"),
        ('case("2.0.1", ID)', "write the marker"),
        ('case("2.0", "TC_B_01_CS")', "version '2.0'"),
    ],
)
def test_a_wrong_marker_is_an_error(tmp_path: Path, marker: str, complaint: str) -> None:
    (tmp_path / "test_boot.py").write_text(f"@pytest.mark.{marker}\ndef test_boot(): ...\n")
    with pytest.raises(CatalogueError, match=complaint):
        catalogue.markers(tmp_path)


def test_a_marker_belongs_on_a_test(tmp_path: Path) -> None:
    (tmp_path / "test_boot.py").write_text('@pytest.mark.case("1.6", "TC_001_CS")\ndef boot(): ...\n')
    with pytest.raises(CatalogueError, match="a case is a test function"):
        catalogue.markers(tmp_path)


def test_update_follows_the_markers() -> None:
    first, second, *_ = catalogue.load("2.0.1")
    [done, still] = catalogue.updated([first, second], frozenset({first.id}))
    assert done.state is State.IMPLEMENTED
    assert still.state is second.state or second.state is State.IMPLEMENTED
    [undone] = catalogue.updated([done], frozenset())
    assert undone.state is State.TODO


def test_update_keeps_what_is_not_applicable() -> None:
    withdrawn = next(case for case in catalogue.load("2.0.1") if case.status == "REMOVED")
    assert catalogue.updated([withdrawn], frozenset()) == (withdrawn,)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("TC_1\tname", "cells"),
        ("TC_1\tn\t\tCore\t\tM\t\tdone\t", "state 'done'"),
        ("TC_1\tn\t\tCore\t\tM\t\tnot_applicable\t", "`why` goes with not_applicable"),
        ("TC_1\tn\t\tCore\t\tM\t\ttodo\tbecause", "`why` goes with not_applicable"),
        ("TC_1\tn\t\tCore\t\tM\t\ttodo\t\nTC_1\tn\t\tCore\t\tM\t\ttodo\t", "listed twice"),
    ],
)
def test_a_wrong_line_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, complaint: str) -> None:
    (tmp_path / catalogue.FILES["2.1"]).write_text("\t".join(catalogue.COLUMNS) + "\n" + line + "\n")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    with pytest.raises(CatalogueError, match=complaint):
        catalogue.load("2.1")


def test_table_counts_by_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        "TC_B_1\tn\tB Boot\tCore\tB01\tM\t\timplemented\t",
        "TC_B_2\tn\tB Boot\tCore\tB01\tC\t\ttodo\t",
        "TC_C_1\tn\tC Authorization\tCore\tC01\tM\t\tnot_applicable\tno reader",
    ]
    (tmp_path / catalogue.FILES["2.0.1"]).write_text("\n".join(["\t".join(catalogue.COLUMNS), *lines]) + "\n")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    assert conformance_table.version_rows("2.0.1", catalogue.load("2.0.1")) == [
        "| 2.0.1 | B Boot | 2 | 1 | 0 | 1 | 1 of 1 |",
        "| 2.0.1 | other: C | 1 | 0 | 1 | 0 | 0 of 1 |",
        "| **2.0.1** | **all** | 3 | 1 | 1 | 1 | 1 of 2 |",
    ]
