"""The drivers that the contract tests try, by kind: name and `module:player`. A new driver adds its row here."""

from __future__ import annotations

METERS = [
    ("mock", "tests.contracts.mock_rigs:play_meter"),
    ("modbus", "tests.contracts.modbus_rigs:play_meter"),
]
READERS = [
    ("mock", "tests.contracts.mock_rigs:play_reader"),
    ("pcsc", "tests.contracts.pcsc_rigs:play_reader"),
]
INDICATORS = [
    ("mock", "tests.contracts.mock_rigs:play_indicator"),
    ("gpiozero", "tests.contracts.gpiozero_rigs:play_indicator"),
]
POWER_PATHS = [
    ("mock", "tests.contracts.power_rigs:bench"),
    ("gpiozero contactor over the mock", "tests.contracts.power_rigs:gpiozero_contactor"),
]
