"""Bring `state` of the conformance catalogue in line with the markers of the tests.

    python -m tests.tools.mark_cases

A marked case becomes `implemented`; one whose marker is gone goes back to `todo`. `not_applicable` and its
`why` are written by hand.
"""

from __future__ import annotations

import sys

from tests.conformance.catalogue import catalogue


def main() -> int:
    """Rewrite the three files; print what changed. Exit code 2 for a marker that names no official case."""
    markers = catalogue.markers()
    unknown = 0
    for version in catalogue.FILES:
        before = catalogue.load(version)
        marked = frozenset(marker.id for marker in markers if marker.version == version)
        for case_id in sorted(marked - {case.id for case in before}):
            print(f"{version} {case_id}: no official case has this id", file=sys.stderr)
            unknown += 1
        after = catalogue.updated(before, marked)
        for old, new in zip(before, after, strict=True):
            if old != new:
                print(f"{version} {new.id}: {old.state} -> {new.state}")
        if before != after:
            catalogue.save(version, after)
    return 2 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
