"""A lock that fails and works again: told as an event when it begins and when it is over (G05)."""

from __future__ import annotations

from hal.types import FaultCode
from tests.conformance.states201 import SOCKET, TOKEN, ready, world


def test_the_end_of_the_problem_is_told_too() -> None:
    with world("2.0.1", evses=(SOCKET,)) as w:
        ready(w)
        w.bench("lock.set", fail_on_lock=True)
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=TOKEN)
        (raised,) = w.expect("NotifyEvent")["eventData"]
        assert raised["actualValue"] == "true"
        assert "cleared" not in raised
        w.bench("lock.set", fail_on_lock=False)
        w.bench("ev.plug_out")
        (over,) = w.expect("NotifyEvent", within=60)["eventData"]
        assert over["actualValue"] == "false"
        assert over["cleared"] is True
        assert over["eventId"] != raised["eventId"]
        w.advance(30)
        assert len(w.csms.all("NotifyEvent")) == 2


def test_a_problem_that_came_and_went_offline_is_not_told() -> None:
    with world("2.0.1", evses=(SOCKET,), variables={"AuthCtrlr": {"OfflineTxForUnknownIdEnabled": True}}) as w:
        ready(w)
        w.cut_link()
        w.bench("lock.set", fail_on_lock=True)
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=TOKEN)
        w.advance(20)
        assert w.agent is not None
        assert [fault.code for fault in w.agent.station.faults.of(1)] == [FaultCode.LOCK]
        w.bench("lock.set", fail_on_lock=False)
        w.bench("ev.plug_out")
        w.advance(20)
        w.restore_link()
        w.advance(120)
        assert w.csms.sockets
        assert not w.csms.all("NotifyEvent")
