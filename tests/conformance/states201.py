"""Reusable and memory states of the official OCPP 2.0.1 cases (part 6), as steps on a world. Each step is checked.

    with world("2.0.1", variables={"TxCtrlr": {"TxStartPoint": "EVConnected"}}) as w:
        ready(w)
        s = Scene(w)
        s.energy_transfer_started()
        s.stop_authorized()

A `Scene` is one EVSE with its driver. It knows the state that it is in, so that a state executes the states before
it, and reads from the station which start and stop points are configured, so that it knows which steps are to come.
"""

from __future__ import annotations

from typing import Any

from tests.conformance.settings201 import (
    BACK_OFF_S,
    CONNECTION_TIMEOUT_S,
    FIXED_CABLE,
    GROUP,
    SAMPLE_S,
    SOCKET,
    TOKEN,
    TOKEN_2,
    TOKEN_TYPE,
    TRANSACTION_S,
    Payload,
    configure,
    configured,
    ready,
    token_wire,
)
from tests.conformance.steps201 import Steps
from tests.rig.world import World, world

__all__ = [
    "BACK_OFF_S",
    "CONNECTION_TIMEOUT_S",
    "FIXED_CABLE",
    "GROUP",
    "SAMPLE_S",
    "SOCKET",
    "TOKEN",
    "TOKEN_2",
    "TOKEN_TYPE",
    "TRANSACTION_S",
    "Payload",
    "Scene",
    "World",
    "configure",
    "configured",
    "ready",
    "token_wire",
    "world",
]


class Scene(Steps):
    """A case's driver at one EVSE. It knows the state that it is in, so that a state executes the states before it."""

    # Reusable states before and in a transaction

    def parking_bay_occupied(self) -> None:
        """A car drives in; the optional state of that name."""
        self.w.bench("bay.set", evse=self.evse, occupied=True)
        phase = self._phase("ParkingBayOccupancy")
        if phase:
            self.tell(self.event(phase, "EVDetected"))
        self.bay, self.state = True, "ParkingBayOccupied"

    def ev_connected_pre_session(self, **car: Any) -> None:
        if not self.bay:
            self.parking_bay_occupied()
        self.w.bench("ev.plug_in", evse=self.evse, **car)
        self._plugged()
        self.state = "EVConnectedPreSession"

    def _plugged(self) -> Payload | None:
        """Occupied, and a transaction event if one has to be."""
        points = {"EVConnected"} | ({"PowerPathClosed", "DataSigned"} if self.authorized_now else set())
        phase = self._phase(*points)
        self.plugged = True
        if phase is None:
            self.tell(self.status("Occupied"))
            return None
        _, found = self.told(self.status("Occupied"), ("TransactionEvent", {"eventType": phase}))
        triggers = {"CablePluggedIn", "ChargingStateChanged", "RemoteStart", "SignedDataReceived"}
        assert found["triggerReason"] in triggers, found
        states = {"EVConnected", "SuspendedEVSE"} | ({"Charging"} if self.authorized_now else set())
        assert found["transactionInfo"]["chargingState"] in states, found
        assert found["evse"] == {"id": self.evse, "connectorId": self.connector}, found
        return found

    def authorized(
        self, *, remote: bool | None = None, group: str | None = None, profile: Payload | None = None
    ) -> Payload | None:
        """Locally with a card, answered with a `group`, or remotely, with a `profile`. Gives the event that told it."""
        if not (self.bay or self.plugged):
            self.parking_bay_occupied()
        self._answer_tokens(group)
        remotely = self.remote if remote is None else remote
        phase = self._phase("Authorized", *(("PowerPathClosed", "DataSigned") if self.plugged else ()))
        started_id = self._start_remotely(profile) if remotely else None
        if not remotely:
            self.w.bench("rfid.tap", id_token=self.token, type=self.kind, evses=[self.evse])
        asks = not self.cached and (not remotely or configured(self.w, "AuthCtrlr.AuthorizeRemoteStart") == "true")
        if asks:
            self.w.expect("Authorize", strict=True, idToken=token_wire(self.token, self.kind))
        self.authorized_now, self.remotely, self.state = True, remotely, "Authorized"
        if phase is None:
            self.w.advance(0.5)  # the answer is on its way
            return None
        signed = phase == "Started" and self.plugged and "DataSigned" in self.starts
        if remotely:
            found = self.tell(self.event(phase, "RemoteStart", transactionInfo__remoteStartId=started_id))
        else:
            found = self.tell(self.event(phase, "SignedDataReceived" if signed else "Authorized"))
        assert self._has_token(found), found
        return found

    def _answer_tokens(self, group: str | None) -> None:
        info: Payload = {"status": "Accepted"}
        if group is not None:
            info["groupIdToken"] = {"idToken": group, "type": "Central"}
        self.w.csms.on("Authorize", {"idTokenInfo": info})
        self.w.csms.on("TransactionEvent", lambda payload: {"idTokenInfo": info} if "idToken" in payload else {})

    def _start_remotely(self, profile: Payload | None) -> int:
        started_id = 100 + len(self.w.csms.frames)
        answer = self.w.call(
            "RequestStartTransaction",
            idToken=token_wire(self.token, self.kind),
            evseId=self.evse,
            remoteStartId=started_id,
            **({} if profile is None else {"chargingProfile": profile}),
        )
        assert answer["status"] == "Accepted", answer
        if self.running:
            assert answer["transactionId"] == self.tx, answer
        return started_id

    def energy_transfer_started(self, **car: Any) -> None:
        if not self.authorized_now:
            self.authorized()
        if not self.plugged:
            self.w.bench("ev.plug_in", evse=self.evse, **car)
            found = self._plugged()
            if found is not None and found["eventType"] == "Updated":
                assert found["triggerReason"] == "CablePluggedIn", found
                assert found["transactionInfo"]["chargingState"] == "EVConnected", found
        self._energy_flows()
        self.state = "EnergyTransferStarted"

    def _energy_flows(self) -> None:
        """Part 2 of the state: what starts the transaction now, and then energy."""
        phase = self._phase("PowerPathClosed", "EnergyTransfer")
        if phase == "Updated":
            self.tell(self.event("Updated", "ChargingStateChanged", "Charging"))
        elif phase == "Started":
            trigger = "RemoteStart" if self.remotely else "ChargingStateChanged"  # F02.FR.21, as TC_E_02_CS
            found = self.tell(self.event("Started", trigger, "Charging"))
            assert self._has_token(found), found
        self.w.until(lambda: self.w.energised(self.evse), 10, "energy")
        assert self.running

    def energy_transfer_suspended(self) -> None:
        """The car suspends."""
        if self.state != "EnergyTransferStarted":
            self.energy_transfer_started()
        self.w.advance(TRANSACTION_S)
        self.w.bench("ev.pause", evse=self.evse)
        if "EnergyTransfer" in self.stops:
            self.tell(
                self.event("Ended", "ChargingStateChanged", transactionInfo__stoppedReason="StoppedByEV"),
            )
            self.authorized_now = False
        else:
            found = self.tell(self.event("Updated", "ChargingStateChanged"))
            assert found["transactionInfo"]["chargingState"] in {"EVConnected", "SuspendedEV"}, found
        self.state = "EnergyTransferSuspended"

    # Reusable states after it

    def stop_authorized(self, *, remote: bool | None = None) -> list[Payload]:
        """The driver stops with the card, or the CSMS does. Gives the transaction events that told it."""
        if self.state != "EnergyTransferStarted":
            self.energy_transfer_started()
        self.w.advance(TRANSACTION_S)
        remotely = self.remote if remote is None else remote
        if remotely:
            answer = self.w.call("RequestStopTransaction", transactionId=self.tx)
            assert answer["status"] == "Accepted", answer
        else:
            self.w.bench("rfid.tap", id_token=self.token, type=self.kind, evses=[self.evse])
        trigger, reason = ("RemoteStop", "Remote") if remotely else ("StopAuthorized", "Local")
        self.stopped_remotely = remotely
        self.authorized_now, self.state = False, "StopAuthorized"
        if self.stops & {"Authorized", "PowerPathClosed"}:
            found = [self.tell(self.event("Ended", trigger, transactionInfo__stoppedReason=reason))]
        elif "EnergyTransfer" in self.stops:
            found = [
                self.tell(self.event("Updated", trigger)),
                self.tell(
                    self.event("Ended", "ChargingStateChanged", "EVConnected", transactionInfo__stoppedReason=reason)
                ),
            ]
        else:
            found = [self.tell(self.event("Updated", trigger))]
        if not remotely:
            assert "idToken" not in found[0] or self._has_token(found[0]), found
        return found

    def ev_connected_post_session(self) -> None:
        if self.state != "StopAuthorized":
            self.stop_authorized()
        if self.running:
            self.tell(self.event("Updated", "ChargingStateChanged", "EVConnected"))
        self.w.until(lambda: not self.w.energised(self.evse), 10, "no energy")
        self.state = "EVConnectedPostSession"

    def ev_disconnected(self) -> Payload | None:
        """The cable is pulled. Gives the transaction event that told it, if there was one."""
        if self.state != "EVConnectedPostSession":
            self.ev_connected_post_session()
        self.w.bench("ev.plug_out", evse=self.evse)
        found = self._unplugged()
        self.state = "EVDisconnected"
        return found

    def _unplugged(self) -> Payload | None:
        self.plugged = False
        if not self.running:
            self.tell(self.status("Available"))
            return None
        phase = "Ended" if "EVConnected" in self.stops else "Updated"
        return self.told(self.status("Available"), self.event(phase, "EVCommunicationLost", "Idle"))[1]

    def parking_bay_unoccupied(self) -> Payload | None:
        """The car drives off. Gives the transaction event that told it, if there was one."""
        if self.state != "EVDisconnected":
            self.ev_disconnected()
        self.w.bench("bay.set", evse=self.evse, occupied=False)
        found = None
        if self.running and "ParkingBayOccupancy" in self.stops:
            reason = "Remote" if self.stopped_remotely else "Local"
            found = self.tell(self.event("Ended", "EVDeparted", transactionInfo__stoppedReason=reason))
        self.bay, self.state = False, "ParkingBayUnoccupied"
        return found

    def start_offline_transaction(self) -> None:
        """Reusable state StartOfflineTransaction up to the plug; `restore_link` is its last step."""
        self.w.cut_link()
        self.w.bench("bay.set", evse=self.evse, occupied=True)
        self.w.bench("rfid.tap", id_token=self.token, type=self.kind, evses=[self.evse])
        self.w.advance(2)
        self.w.bench("ev.plug_in", evse=self.evse)
        self.w.advance(10)

    def transaction_events_in_queue_ended(self) -> None:
        """Memory state of that name, up to the moment before the link is back."""
        w = self.w
        w.cut_link()
        w.bench("bay.set", evse=self.evse, occupied=True)
        w.bench("ev.plug_in", evse=self.evse)
        w.advance(2)
        w.bench("rfid.tap", id_token=self.token, type=self.kind, evses=[self.evse])
        w.advance(15)
        w.bench("rfid.tap", id_token=self.token, type=self.kind, evses=[self.evse])
        w.advance(5)
        w.bench("ev.plug_out", evse=self.evse)
        w.advance(5)
        w.bench("bay.set", evse=self.evse, occupied=False)
        w.advance(5)

    # Memory states

    def id_token_cached(self, *, group: str | None = None) -> None:
        """Memory state IdTokenCached of an accepted token: authorized, plugged in, stopped, driven off."""
        self.authorized(remote=False, group=group)
        self.ev_connected_pre_session()
        self._leave_pre_session()

    def _leave_pre_session(self) -> None:
        """From a session in progress to an empty bay, whatever is told on the way."""
        w = self.w
        w.advance(10)
        w.bench("rfid.tap", id_token=self.token, type=self.kind, evses=[self.evse])
        w.advance(5)
        w.bench("ev.plug_out", evse=self.evse)
        w.bench("bay.set", evse=self.evse, occupied=False)
        w.advance(5)
        for call in w.heard():
            if call.action == "TransactionEvent":
                self.follow(call.payload)
        w.forget()
        assert not self.running
        self.bay = self.plugged = self.authorized_now = False
        self.state = ""
