"""Each driver as a board file sees it: found by name, its table built by the schema, its mistakes named."""

from __future__ import annotations

from typing import Any

import pytest

from hal import registry
from hal.drivers.gpiozero_indicator import IndicatorConfig
from hal.drivers.gpiozero_parts import ContactConfig, LockConfig, ResidualCurrentConfig
from hal.drivers.gpiozero_pins import Polarity
from hal.drivers.gpiozero_power import ContactorConfig
from hal.drivers.modbus_meter import ModbusMeterConfig, Parity
from hal.drivers.pcsc import PcscConfig
from hal.drivers.uid import ByteOrder, Keep, Radix
from hal.registry import Kind
from hal.schema import SchemaError, build


def config(kind: Kind, name: str, **table: object) -> Any:
    found = registry.config_type(registry.find(kind, name))
    assert found is not None
    return build(found, table, f"{kind}")


def test_the_tables_of_all_drivers() -> None:
    assert config(Kind.READER, "pcsc") == PcscConfig()
    assert config(
        Kind.READER, "pcsc", reader="ACR122U", evses=[1], order="lsb", radix="dec", length=3, keep="last", digits=8
    ) == PcscConfig(
        reader="ACR122U", evses=(1,), order=ByteOrder.LSB, radix=Radix.DEC, length=3, keep=Keep.LAST, digits=8
    )
    assert config(Kind.METER, "modbus", port="/dev/ttyUSB0", map="eastron_sdm630", parity="E") == ModbusMeterConfig(
        "/dev/ttyUSB0", "eastron_sdm630", parity=Parity.EVEN
    )
    contactor = config(Kind.CONTACTOR, "gpiozero", pin=17, on="low", feedback_pin=22, pulse_pin=24)
    assert contactor == ContactorConfig(17, on=Polarity.LOW, feedback_pin=22, pulse_pin=24)
    assert contactor.fail_safe == "pulse"
    assert config(Kind.CONTACTOR, "gpiozero", pin=17).fail_safe == "none"
    assert config(Kind.INDICATOR, "gpiozero", green=6) == IndicatorConfig(green=6)
    assert config(Kind.CONTACT, "gpiozero", pin=5) == ContactConfig(5)
    assert config(Kind.RESIDUAL_CURRENT, "gpiozero", pin=5) == ResidualCurrentConfig(5)
    assert config(Kind.LOCK, "gpiozero", lock_pin=5, unlock_pin=6, feedback_pin=13) == LockConfig(5, 6, 13)


@pytest.mark.parametrize(
    ("kind", "name", "table", "key"),
    [
        (Kind.READER, "pcsc", {"length": 11}, "length"),
        (Kind.READER, "pcsc", {"order": "middle"}, "order"),
        (Kind.READER, "pcsc", {"evses": [0]}, "evses"),
        (Kind.READER, "pcsc", {"debounce": 3}, "debounce"),
        (Kind.METER, "modbus", {"port": "/dev/ttyUSB0"}, "map"),
        (Kind.METER, "modbus", {"port": "", "map": "x"}, "port"),
        (Kind.METER, "modbus", {"port": "p", "map": "x", "unit": 248}, "unit"),
        (Kind.METER, "modbus", {"port": "p", "map": "x", "baud_rate": 9601}, "baud_rate"),
        (Kind.CONTACTOR, "gpiozero", {}, "pin"),
        (Kind.CONTACTOR, "gpiozero", {"pin": 54}, "pin"),
        (Kind.INDICATOR, "gpiozero", {"yellow": 3}, "yellow"),
    ],
)
def test_a_mistake_in_a_table_is_named(kind: Kind, name: str, table: dict[str, object], key: str) -> None:
    with pytest.raises(SchemaError) as caught:
        config(kind, name, **table)
    assert caught.value.key == key
    assert caught.value.remedy
