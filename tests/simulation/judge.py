"""What must be true when a seed is over: everything is whole, all cars are gone, and the books are closed."""

from __future__ import annotations

import itertools
import json
from typing import Any

from agent.core.facts import TransactionPhase, TransactionRecorded
from tests.scenarios.books import Books
from tests.simulation.record import Record
from tests.simulation.run import Broken, Run
from tests.simulation.wire import Wire

AVAILABLE = "Available"
EXPECTED_ERRORS = ("message refused to the end, in quarantine",)
DISK_ERRORS = ("facts not durable", "delivery not recorded", "storage fails")


class Judge:
    """Judges one run."""

    def __init__(self, run: Run, record: Record, wire: Wire) -> None:
        self._run = run
        self._record = record
        self._wire = wire
        self._sixteen = run.setting.version == "1.6"

    def check(self) -> int:
        """Gives the number of transactions. Raises `Broken`."""
        self._logs()
        self._at_rest()
        self._statuses()
        self._record.check_durable()
        by_tx = self._by_transaction()
        for tx, steps in by_tx.items():
            if tx not in self._record.excused:
                self._steps(tx, steps)
        self._deliveries()
        self._books()
        return len(by_tx)

    # The station

    def _logs(self) -> None:
        expected = EXPECTED_ERRORS + (DISK_ERRORS if self._run.disk_trouble else ())
        wrong = [line for line in self._record.errors if not any(text in line for text in expected)]
        if wrong:
            raise Broken(f"{len(wrong)} errors in the log: {wrong[:3]}")
        if self._wire.refused:
            raise Broken(f"{len(self._wire.refused)} messages: {self._wire.refused[:3]}")

    def _at_rest(self) -> None:
        agent = self._run.w.agent
        if agent is None:
            raise Broken("there is no station")
        for number, evse in agent.station.evses.items():
            outlet = self._run.w.mock.world.outlets[number]
            if evse.tx is not None or evse.auth is not None:
                raise Broken(f"EVSE {number} is not idle: {evse.tx and vars(evse.tx)} {evse.auth}")
            if outlet.contactor.closed or outlet.cable_ma is not None:
                raise Broken(f"EVSE {number} is not free: closed {outlet.contactor.closed}, cable {outlet.cable_ma}")
        if agent.station.faults.all():
            raise Broken(f"faults remain: {agent.station.faults.all()}")
        box = agent.peer.outbox
        if box.waiting or box.flight is not None or agent.ledger.health is not None:
            raise Broken(f"not at rest: {box.waiting} {box.flight} {agent.ledger.health}")

    def _statuses(self) -> None:
        """What was told last of each connector is what is so: all are available."""
        derived = self._run.w.status()["evses"]
        for row in derived:
            for place in row["connectors"]:
                if place["status"] != AVAILABLE:
                    raise Broken(f"EVSE {row['evse']} connector {place['connector']} is {place['status']}")
        told: dict[Any, str] = {}
        for call in self._run.w.csms.all("StatusNotification"):
            payload = call.payload
            if self._sixteen:
                told[payload["connectorId"]] = payload["status"]
            else:
                told[payload["evseId"], payload["connectorId"]] = payload["connectorStatus"]
        wanted = list(range(len(self._run.setting.connectors) + 1)) if self._sixteen else self._run.setting.connectors
        wrong = {place: told.get(place) for place in wanted if told.get(place) != AVAILABLE}
        if wrong:
            raise Broken(f"told last, and not so: {wrong}")

    # The facts

    def _by_transaction(self) -> dict[str, list[TransactionRecorded]]:
        found: dict[str, list[TransactionRecorded]] = {}
        for _, fact in sorted(self._record.facts.items()):
            found.setdefault(fact.tx, []).append(fact)
        return found

    def _steps(self, tx: str, steps: list[TransactionRecorded]) -> None:
        phases = [step.phase for step in steps]
        if phases[0] is not TransactionPhase.STARTED or phases.count(TransactionPhase.STARTED) != 1:
            raise Broken(f"{tx} has not one start, first of all: {phases}")
        if phases[-1] is not TransactionPhase.ENDED or phases.count(TransactionPhase.ENDED) != 1:
            raise Broken(f"{tx} has not one end, last of all: {phases}")
        numbers = [step.number for step in steps]
        if numbers != list(range(len(numbers))):
            raise Broken(f"{tx} has a gap in its sequence numbers: {numbers}")
        registers = [step.register_wh for step in steps]
        if registers != sorted(registers):
            raise Broken(f"the register of {tx} runs backwards: {registers}")
        if sum(step.opens for step in steps) > 1 or sum(step.closes for step in steps) > 1:
            raise Broken(f"{tx} opens or closes more than once")
        self._energy(tx, steps)

    def _energy(self, tx: str, steps: list[TransactionRecorded]) -> None:
        first, last = steps[0], steps[-1]
        begin, end = self._record.truth[first.seq], self._record.truth[last.seq]
        if not self._record.honest(first.evse, begin.at, end.at) or "EnergyTransfer" in self._run.setting.start_points:
            return
        booked, counted = last.register_wh - first.register_wh, end.energy_wh - begin.energy_wh
        self._run.tally["energy checked to the Wh"] += 1
        if abs(booked - counted) > 1:  # each register is a whole number: the difference may be off by one
            raise Broken(f"{tx} is booked with {booked} Wh, and the meter counted {counted} Wh")

    def _seq(self, call: Any) -> int | None:
        """The durable fact that a message carried; None for what was only in memory, and lost."""
        fact = self._wire.fact_of.get(call.message_id)
        return fact.seq if fact is not None and self._record.facts.get(fact.seq) == fact else None

    def _projected(self, fact: TransactionRecorded) -> str | None:
        """The message that the version has for a fact."""
        if not self._sixteen:
            return "TransactionEvent"
        if fact.opens:
            return "StartTransaction"
        if fact.closes:
            return "StopTransaction"
        told = fact.phase is TransactionPhase.UPDATED and fact.opened and fact.samples
        return "MeterValues" if told else None

    def _deliveries(self) -> None:
        """Each fact reached the CSMS, in order, or is in quarantine; what was sent is what happened."""
        quarantined = {q.seq for q in self._run.w.disk.quarantined(10_000)}
        arrived: dict[int, Any] = {}
        acknowledged: set[int] = set()
        answers = {json.loads(text)[1] for _, sender, _, text in self._run.w.csms.frames if _is_result(sender, text)}
        for call in self._run.w.csms.received:
            seq = self._seq(call)
            if seq is not None:
                arrived.setdefault(seq, call)
                if call.message_id in answers:
                    acknowledged.add(seq)
        order = list(arrived)
        if order != sorted(order) and not self._run.loss_of_memory:
            late = next(b for a, b in itertools.pairwise(order) if b < a)
            raise Broken(f"fact {late} arrived after later ones: {order[:50]}")
        for seq, fact in self._record.facts.items():
            wanted = self._projected(fact)
            if wanted is None or fact.tx in self._record.excused:
                continue
            if seq not in acknowledged and seq not in quarantined:
                raise Broken(f"fact {seq} ({fact.phase} {fact.number} of {fact.tx}) was never acknowledged")
            if seq in arrived:
                self._same(fact, arrived[seq], wanted)
        self._run.tally["messages in quarantine"] += len(quarantined)
        self._run.tally["facts delivered"] += len(acknowledged)

    def _same(self, fact: TransactionRecorded, call: Any, wanted: str) -> None:
        payload = call.payload
        told: tuple[Any, ...]
        match call.action:
            case "TransactionEvent":
                told = (payload["transactionInfo"]["transactionId"], payload["seqNo"], payload["eventType"])
                so: tuple[Any, ...] = (fact.tx, fact.number, fact.phase.value)
            case "StartTransaction":
                told, so = (payload["meterStart"],), (fact.register_wh,)
            case "StopTransaction":
                told, so = (payload["meterStop"],), (fact.register_wh,)
            case _:
                told = so = ()
        if call.action != wanted or told != so:
            raise Broken(f"fact {fact.seq} was told as {call.action} {told}, and is {wanted} {so}")

    # The books

    def _books(self) -> None:
        """The operator's own books, of all transactions of which every message was taken."""
        quarantined = {q.seq for q in self._run.w.disk.quarantined(10_000)}
        incomplete = {fact.tx for seq, fact in self._record.facts.items() if seq in quarantined}
        incomplete |= self._record.excused
        facts = self._record.facts
        calls: list[Any] = []
        numbers: dict[str, int] = {}
        seen: set[int] = set()
        for call in self._run.w.csms.received:
            seq = self._seq(call)
            if seq is None or seq in seen or facts[seq].tx in incomplete:
                continue
            seen.add(seq)
            if call.action == "StartTransaction":
                number = self._run.backend.number(call.payload)
                if numbers.setdefault(facts[seq].tx, number) != number:
                    raise Broken(f"{facts[seq].tx} was started as {numbers[facts[seq].tx]} and as {number}")
                call.answer = {"transactionId": number}
            call.answer = call.answer or {}
            calls.append(call)
        wrong = self._strangers(numbers, incomplete)
        if wrong:
            raise Broken(f"messages of another transaction: {wrong[:3]}")
        unknown = {tx for tx, number in numbers.items() if not self._known(number)}
        calls = [c for c in calls if self._wire.fact_of[c.message_id].tx not in unknown]
        shaky = self._shaky()
        for uncertain in (False, True):
            kept = [c for c in calls if (self._wire.fact_of[c.message_id].tx in shaky) == uncertain]
            Books(kept, taken=False).check(complete=True, clock_steps=uncertain)

    def _shaky(self) -> set[str]:
        """Transactions of which more than one boot had no clock, or one between clocks that did not agree: when that
        was is an estimate."""
        stepped = self._run.tally["CSMS clock step"] + self._run.tally["clock step"]
        boots: dict[str, set[int]] = {}
        for fact in self._record.facts.values():
            if fact.stamp.wall_ms is None:
                boots.setdefault(fact.tx, set()).add(fact.stamp.boot)
        return {tx for tx, unknown in boots.items() if stepped or len(unknown) > 1}

    def _known(self, number: int) -> bool:
        """The station was told this number in a sound answer."""
        return number in self._run.backend.told_numbers

    def _strangers(self, numbers: dict[str, int], incomplete: set[str]) -> list[str]:
        """1.6: messages with a transaction id that the CSMS did not give to their transaction."""
        wrong = []
        for call in self._run.w.csms.received if self._sixteen else ():
            seq = self._seq(call)
            told = call.payload.get("transactionId")
            if seq is None or told is None:
                continue
            tx = self._record.facts[seq].tx
            number = numbers.get(tx)
            if number is not None and told != number and (told != -1 or self._known(number)) and tx not in incomplete:
                wrong.append(f"{call!r} of {tx}, which is {number}")
        return wrong


def _is_result(sender: str, text: str) -> bool:
    return sender == "csms" and text.startswith("[3") and _parses(text)


def _parses(text: str) -> bool:
    try:
        return len(json.loads(text)) == 3
    except (ValueError, TypeError, RecursionError):
        return False
