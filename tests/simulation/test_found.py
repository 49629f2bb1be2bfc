"""What the simulation has found, each as a small test of its own."""

from __future__ import annotations

import logging

import pytest

from tests.rig.world import world

VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1"])


@VERSIONS
def test_a_card_too_long_for_the_version_is_refused_without_a_question(
    version: str, caplog: pytest.LogCaptureFixture
) -> None:
    with world(version) as w, caplog.at_level(logging.ERROR):
        w.boot()
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token="04" + "AB" * 40)
        w.advance(30)
        assert not w.csms.all("Authorize")
        assert not w.energised()
        assert not caplog.records
