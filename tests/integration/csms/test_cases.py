"""Thirty official cases again, over kernel sockets and TLS: the same functions as under tests/conformance.

They are those where the connection matters: boots, resets, links that go and come, long reports, and a session of
each kind beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.ocpp16 import test_boot as boot16
from tests.conformance.ocpp16 import test_cache as cache16
from tests.conformance.ocpp16 import test_configuration as configuration16
from tests.conformance.ocpp16 import test_meter_values as meter16
from tests.conformance.ocpp16 import test_offline as offline16
from tests.conformance.ocpp16 import test_remote_trigger as trigger16
from tests.conformance.ocpp16 import test_reset as reset16
from tests.conformance.ocpp16 import test_start as start16
from tests.conformance.ocpp16 import test_stop as stop16
from tests.conformance.ocpp201 import test_b_boot as boot201
from tests.conformance.ocpp201 import test_b_reports as reports201
from tests.conformance.ocpp201 import test_b_reset as reset201
from tests.conformance.ocpp201 import test_b_variables as variables201
from tests.conformance.ocpp201 import test_c_cache as cache201
from tests.conformance.ocpp201 import test_c_invalid as invalid201
from tests.conformance.ocpp201 import test_e_retries as retries201
from tests.conformance.ocpp201 import test_e_start as start201
from tests.conformance.ocpp201 import test_e_stop as stop201
from tests.conformance.ocpp201 import test_f_remote as remote201
from tests.conformance.ocpp201 import test_g_availability as availability201
from tests.conformance.ocpp201 import test_j_meter_values as meter201
from tests.conformance.ocpp201 import test_p_data_transfer as data201
from tests.rig.kernel import over_tls

Case = tuple[Callable[..., None], dict[str, Any]]

SUBSET: tuple[Case, ...] = (
    (boot16.test_tc_001_cs, {}),
    (boot16.test_tc_002_cs, {}),
    (start16.test_tc_003_cs, {}),
    (start16.test_tc_004_1_cs, {}),
    (start16.test_tc_011_1_cs, {"asks": "true"}),
    (stop16.test_tc_012_cs, {}),
    (cache16.test_tc_007_cs, {}),
    (reset16.test_tc_013_cs, {}),
    (reset16.test_tc_016_cs, {}),
    (configuration16.test_tc_019_cs, {}),
    (meter16.test_tc_070_cs, {"measurands": meter16.LISTS[1]}),
    (offline16.test_tc_036_cs, {}),
    (offline16.test_tc_039_cs, {}),
    (trigger16.test_tc_054_cs, {}),
    (boot201.test_tc_b_30_cs, {}),
    (boot201.test_tc_b_52_cs, {}),
    (boot201.test_tc_b_57_cs, {}),
    (reports201.test_tc_b_53_cs, {}),
    (reset201.test_tc_b_20_cs, {}),
    (reset201.test_tc_b_22_cs, {}),
    (variables201.test_tc_b_10_cs, {}),
    (cache201.test_tc_c_37_cs, {}),
    (invalid201.test_tc_c_16_cs, {}),
    (start201.test_tc_e_04_cs, {"point": "Authorized"}),
    (stop201.test_tc_e_06_cs, {"point": "EVConnected"}),
    (retries201.test_tc_e_41_cs, {}),
    (remote201.test_tc_f_08_cs, {"point": "Authorized"}),
    (availability201.test_tc_g_11_cs, {"point": "Authorized"}),
    (meter201.test_tc_j_09_cs, {}),
    (data201.test_tc_p_03_cs, {}),
)


@pytest.mark.parametrize(("case", "arguments"), SUBSET, ids=[case.__name__ for case, _ in SUBSET])
def test_over_kernel_sockets_and_tls(case: Callable[..., None], arguments: dict[str, Any], tmp_path: Path) -> None:
    with over_tls(tmp_path) as server:
        case(**arguments)
    assert server.accepted() >= 1


def test_the_subset_has_thirty_cases() -> None:
    assert len({case.__name__ for case, _ in SUBSET}) == len(SUBSET) == 30
