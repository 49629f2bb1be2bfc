"""What the API answers to an installer: refusals that say what to do, and what bounds the current."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from agent.api.messages import ApiError
from agent.daemon.answers import Service
from tests.rig.world import World, world


class NoLog:
    def tail(self, count: int, level: str = "debug", logger: str = "", after: int = 0) -> Sequence[Any]:
        return ()


@pytest.fixture(scope="module")
def station() -> Iterator[World]:
    """A station that charges."""
    with world("2.0.1", ocpp16={"MeterValueSampleInterval": 20}) as w:
        w.boot()
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token="04AB")
        w.advance(30)
        assert w.energised()
        yield w


def call(w: World, method: str, **params: Any) -> Any:
    task = w.loop.create_task(Service(lambda: w.agent, NoLog(), "1.2.3").call(method, params))
    w.loop.run_until(task.done, 20, f"the answer to {method}")
    return task.result()


@pytest.mark.parametrize(
    ("method", "params", "code", "said"),
    [
        ("tx.stop", {"tx": "x"}, "not_found", "no transaction 'x' is running: `evse status`"),
        ("tx.show", {"tx": "x"}, "not_found", "`evse tx list`"),
        ("var.get", {"name": "Nope"}, "not_found", "`evse var list`"),
        ("var.set", {"name": "Nope", "value": "1"}, "not_found", "`evse var list`"),
        ("var.set", {"name": "No.Pe", "value": "1"}, "not_found", "the station has no variable No.Pe: `evse var list`"),
        ("reset", {"evse": 9}, "not_found", "there is no EVSE 9: the station has 1"),
        ("reset", {"kind": "warm"}, "bad_request", "immediate or onidle"),
        ("availability", {"evse": 9}, "refused", "there is no EVSE 9"),
        ("unlock", {"evse": 1}, "refused", "the cable is fixed to the station"),
        ("outbox.drop", {"seq": 3}, "not_found", "`evse outbox`"),
    ],
)
def test_a_refusal_says_what_to_do(station: World, method: str, params: dict[str, Any], code: str, said: str) -> None:
    with pytest.raises(ApiError) as caught:
        call(station, method, **params)
    assert caught.value.code == code
    assert said in caught.value.message


def test_a_refusal_tells_its_reason_once(station: World) -> None:
    with pytest.raises(ApiError) as caught:
        call(station, "var.set", name="TxCtrlr.TxStartPoint", value="Never")
    assert caught.value.message.count("TxCtrlr.TxStartPoint") == 1
    assert "'Never' is not one of" in caught.value.message


@pytest.mark.parametrize(("name", "source"), [("MeterValueSampleInterval", "file"), ("ConnectionTimeOut", "default")])
def test_a_key_tells_where_its_value_comes_from(station: World, name: str, source: str) -> None:
    [row] = call(station, "var.get", name=name)
    assert row["source"].startswith(f"{source} (1.6 key of ")


def test_the_keys_of_16_are_listed_and_no_secret_is(station: World) -> None:
    rows = {row["name"]: row for row in call(station, "var.list", ocpp16=True)}
    assert rows["MeterValueSampleInterval"] == call(station, "var.get", name="MeterValueSampleInterval")[0]
    assert rows["AuthorizationKey"]["value"] is None
    assert len(rows) > 30
    assert [row["name"] for row in call(station, "var.list", ocpp16=True, match="heart")] == ["HeartbeatInterval"]


def test_a_running_transaction_has_all_delivered_so_far(station: World) -> None:
    [row] = call(station, "tx.list")
    assert (row["stop"], row["delivered"], row["waiting"]) == (None, False, 0)


def test_the_hardware_tells_what_bounds_the_current(station: World) -> None:
    station.bench("external_limit.set", evse=1, current_a=10, lease_s=600)
    station.bench("temperature.set", celsius=41.5)
    station.advance(2)
    [evse] = call(station, "hal")["evses"]
    assert evse["temperature_dc"] == 415
    assert evse["offered_ma"] == 10_000
    limits = {limit["source"]: limit for limit in evse["limits"]}
    assert limits["external current"]["current_ma"] == 10_000
    assert 0 < limits["external current"]["left_ms"] <= 600_000
    assert limits["hardware"] == {
        "source": "hardware",
        "scope": "evse",
        "current_ma": 32_000,
        "power_w": None,
        "left_ms": None,
    }
