"""`evse bench`: every verb of the table, arguments as words, the bench behind a real socket."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.api.messages import ApiError
from agent.cli import bench
from agent.cli.failure import Failure
from agent.cli.main import main
from hal.mock.bench import Bench
from hal.mock.clock import LoopClock
from hal.mock.socket import BenchServer
from hal.mock.verbs import VERBS
from tests.unit.cli.conftest import FakeService


@pytest.fixture
def socket_path(tmp_path: Path) -> Iterator[str]:
    """A bench in a thread."""
    path, started, loop = str(tmp_path / "bench.sock"), threading.Event(), asyncio.new_event_loop()

    async def serve() -> BenchServer:
        server = BenchServer(Bench(clock=LoopClock(loop)), path)
        await server.start()
        started.set()
        return server

    def run() -> None:
        server = loop.run_until_complete(serve())
        loop.run_forever()
        server.close()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(10)
    yield path
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def test_the_list_has_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench"]) == 0
    listed = [line.split(" ")[0] for line in capsys.readouterr().out.splitlines()]
    assert listed[: len(VERBS)] == list(VERBS)
    assert main(["bench", "--json"]) == 0
    assert [verb["verb"] for verb in json.loads(capsys.readouterr().out)["verbs"]] == list(VERBS)


@pytest.mark.parametrize("name", VERBS)
def test_help_tells_every_argument(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "help", name]) == 0
    shown = capsys.readouterr().out
    for arg in VERBS[name].args:
        assert f"  {arg.name}=…" in shown
        for field in arg.fields:
            assert f"  {arg.name}.{field.name}=…" in shown


@pytest.mark.parametrize(
    ("verb", "words", "args"),
    [
        (
            "ev.plug_in",
            ["evse=2", "current_a=16.5", "auto_charge=no"],
            {"evse": 2, "current_a": 16.5, "auto_charge": False},
        ),
        (
            "ev.plug_in",
            ["limits.max_power_w=7", "limits.min_current_a=6"],
            {"limits": {"max_power_w": 7, "min_current_a": 6.0}},
        ),
        ("ev.plug_in", ['limits={"max_power_w": 7}'], {"limits": {"max_power_w": 7}}),
        ("ev.plug_in", ["energy_request_wh=null", "emaid=DE=1"], {"energy_request_wh": None, "emaid": "DE=1"}),
        ("rfid.tap", ["id_token=04AB", "evses=1,2"], {"id_token": "04AB", "evses": [1, 2]}),
        ("rfid.tap", ["id_token=1", "evses=[]"], {"id_token": "1", "evses": []}),
        ("meter.jump", ["delta_wh=-5"], {"delta_wh": -5}),
        ("clock.step", ["seconds=-3600"], {"seconds": -3600.0}),
    ],
)
def test_words_become_arguments(verb: str, words: list[str], args: dict[str, Any]) -> None:
    assert bench.arguments(VERBS[verb], words) == args


@pytest.mark.parametrize(
    ("verb", "word", "told"),
    [
        ("ev.plug_in", "evse", "not of the form key=value"),
        ("ev.plug_in", "evse=one", "a whole number is needed"),
        ("ev.plug_in", "current_a=x", "a number is needed"),
        ("ev.plug_in", "auto_charge=maybe", "true or false is needed"),
        ("ev.plug_in", "limits={", "JSON is needed"),
        ("ev.plug_in", "nix=1", "no argument 'nix'; it has evse, connector"),
        ("ev.plug_in", "limits.nix=1", "no argument 'nix'"),
        ("help", "a=1", "it has none"),
    ],
)
def test_a_wrong_word_is_named(verb: str, word: str, told: str) -> None:
    with pytest.raises(Failure) as caught:
        bench.arguments(VERBS[verb], [word])
    assert told in caught.value.message
    assert caught.value.exit_code == 2


def test_an_unknown_verb_suggests_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "plug_in"]) == 2
    assert "did you mean ev.plug_in?" in capsys.readouterr().err


def test_a_verb_is_done(socket_path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--socket", socket_path, "ev.plug_in", "current_a=16"]) == 0
    assert capsys.readouterr().out == "evse 1, connector 1\n"
    assert main(["bench", "--socket", socket_path, "--json", "status"]) == 0
    assert json.loads(capsys.readouterr().out)["evses"][0]["plugged"] is True


def test_what_the_bench_refuses(socket_path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--socket", socket_path, "ev.plug_in", "evse=7"]) == 1
    assert "evse 7 is not there" in capsys.readouterr().err


def test_events_are_streamed_until_ctrl_c(
    socket_path: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []

    def show(event: dict[str, Any]) -> str:
        lines.append(event["event"])
        if event["event"] == "plug":
            raise KeyboardInterrupt
        return "one"

    monkeypatch.setattr(bench, "event_line", show)
    later = threading.Timer(0.2, lambda: main(["bench", "--socket", socket_path, "ev.plug_in"]))
    later.start()
    assert main(["bench", "--socket", socket_path, "events"]) == 130
    later.join()
    assert "pilot" in lines


def test_an_event_in_a_line() -> None:
    event = {"n": 1, "t_ms": 1500, "event": "flow", "evse": 1, "power_w": 7, "current_ma": [1, 2]}
    assert bench.event_line(event) == "     1.500 s  flow             evse=1 power_w=7 current_ma=[1, 2]"


def test_the_daemon_tells_where_the_bench_is(station: FakeService, socket_path: str) -> None:
    station.answers["bench"] = {"socket": socket_path}
    assert main(["bench", "ev.plug_in"]) == 0
    assert station.calls == [("bench", {})]


def test_a_station_without_a_bench(station: FakeService, capsys: pytest.CaptureFixture[str]) -> None:
    station.answers["bench"] = {"socket": None}
    assert main(["bench", "ev.plug_in"]) == 1
    assert "has no bench" in capsys.readouterr().err
    station.answers["bench"] = ApiError("forbidden", "no")
    assert main(["bench", "ev.plug_in"]) == 4


def test_no_bench_at_the_socket(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--socket", str(tmp_path / "x"), "ev.plug_in"]) == 3
    assert "no bench answers" in capsys.readouterr().err
