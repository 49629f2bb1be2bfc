"""What a session does when a part of the station fails in the middle of it."""

from __future__ import annotations

import pytest

from agent.core.facts import SecurityEventRaised
from agent.core.rules import Options, PowerLoss
from agent.runtime import codec
from hal.mock.topology import MockEvse
from tests.rig.world import World, world
from tests.scenarios.books import Books, number_transactions

TAG = "04A1B2C3"
VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1"])


def charging(w: World) -> None:
    number_transactions(w.csms)
    w.boot()
    w.bench("ev.plug_in")
    w.bench("rfid.tap", id_token=TAG)
    w.advance(40)
    assert w.energised()


def stopped(w: World) -> None:
    w.bench("rfid.tap", id_token=TAG)
    w.advance(10)
    w.bench("ev.plug_out")
    w.advance(20)


@VERSIONS
@pytest.mark.parametrize("kind", ["full", "read_only"])
def test_a_sick_disk_in_mid_session(version: str, kind: str) -> None:
    """The running transaction ends normally; no new one begins until the disk is well; a security event tells."""
    with world(version) as w:
        charging(w)
        w.bench("storage.fail", kind=kind)
        w.advance(90)
        assert w.energised(), "the running transaction goes on"
        stopped(w)
        (entry,) = Books(w.csms.received).check()
        assert entry.reason == "Local"
        assert entry.registers[-1] == w.evse()["meter"]["energy_wh"]
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=TAG)
        w.advance(30)
        assert not w.energised()
        assert len(Books(w.csms.received).check()) == 1
        raised = [f for f in codec.logged(w.disk.log_after("log", 0, 100)) if isinstance(f, SecurityEventRaised)]
        assert any(f.kind == "MemoryExhaustion" for f in raised)
        w.bench("ev.plug_out")
        w.bench("storage.heal")
        w.advance(60)
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=TAG)
        w.advance(30)
        assert w.energised()


@VERSIONS
@pytest.mark.parametrize("policy", list(PowerLoss), ids=lambda policy: policy.value)
def test_guard_lost_and_back(version: str, policy: PowerLoss) -> None:
    with world(version, options=Options(idle_sample_ms=60_000, guard_loss=policy)) as w:
        charging(w)
        w.guard.kill()
        w.advance(1)
        assert not w.energised(), "the fail-safe opened"
        w.advance(10)
        w.guard.restart()
        w.advance(30)
        assert w.energised() == (policy is PowerLoss.RESUME)
        if policy is PowerLoss.RESUME:
            stopped(w)
        else:
            w.bench("ev.plug_out")
            w.advance(20)
        (entry,) = Books(w.csms.received).check()
        assert entry.reason == ("Local" if policy is PowerLoss.RESUME else "Other")


def test_two_evses_under_one_fuse() -> None:
    """The sum of what is offered never exceeds the fuse, not even while it moves from one to the other."""
    with world("2.0.1", evses=(MockEvse(phases=1, tethered=True),) * 2, options=Options(fuse_ma=32_000)) as w:
        most = 0

        def watch() -> bool:
            nonlocal most
            most = max(most, sum(w.evse(n)["offered_ma"] for n in (1, 2)))
            return False

        w.boot()
        for number in (1, 2):
            w.bench("ev.plug_in", evse=number)
            w.bench("rfid.tap", id_token=f"04AB{number:02X}", evses=[number])
            with pytest.raises(TimeoutError):
                w.loop.run_until(watch, 60)
        assert w.energised(1)
        assert w.energised(2)
        w.bench("ev.plug_out", evse=1)
        with pytest.raises(TimeoutError):
            w.loop.run_until(watch, 60)
        assert 31_000 < most <= 32_000
