"""Drivers at the station: they come, plug in, show cards, charge for a while, and leave, each in his own way."""

from __future__ import annotations

from tests.simulation.backend import BLOCKED
from tests.simulation.run import Actor, Run

CARDS = ("04AAAA01", "04AAAA02", "04AAAA03", "04CCCC01")
CHARGE_S = (60, 420)


def drivers(run: Run, evse: int) -> Actor:
    """One driver after the other at an EVSE."""
    rng = run.rng
    while True:
        yield rng.uniform(5, 200) * len(run.evses)
        yield from visit(run, evse)


def visit(run: Run, evse: int) -> Actor:
    """From arrival to departure."""
    rng = run.rng
    card = rng.choice(CARDS)
    connector = rng.randint(1, run.setting.evses[evse - 1].connectors)
    run.tally["visit"] += 1
    run.do("bay.set", evse=evse, occupied=True)
    yield rng.uniform(0, 10)
    yield from _arrive(run, evse, connector, card)
    yield from _charge(run, evse, card)
    yield from _leave(run, evse, card)
    run.do("bay.set", evse=evse, occupied=False)


def _plug(run: Run, evse: int, connector: int) -> None:
    rng = run.rng
    extra = {"energy_request_wh": rng.randint(50, 600)} if rng.random() < 0.15 else {}
    run.do(
        "ev.plug_in",
        evse=evse,
        connector=connector,
        current_a=rng.choice((6, 10, 13, 16, 32)),
        phases=rng.choice((1, 1, 3)),
        charge_delay_s=rng.choice((0, 1, 1, 3, 20)),
        auto_charge=rng.random() < 0.95,
        **extra,
    )


def _tap(run: Run, evse: int, card: str) -> None:
    served = [evse] if run.rng.random() < 0.8 else list(run.evses)
    run.do("rfid.tap", id_token=card, evses=served)


def _arrive(run: Run, evse: int, connector: int, card: str) -> Actor:
    rng = run.rng
    way = rng.choices(("plug, tap", "tap, plug", "plug", "tap", "blocked"), (50, 30, 10, 4, 6))[0]
    run.tally[f"visit: {way}"] += 1
    if way in {"tap, plug", "tap"}:
        _tap(run, evse, card)
        yield rng.choice((0, rng.uniform(1, 30), rng.uniform(1, 30), rng.uniform(30, 140)))
    if way != "tap":
        _plug(run, evse, connector)
        yield rng.choice((0, rng.uniform(1, 30)))
    if way == "blocked":
        _tap(run, evse, BLOCKED)
        yield rng.uniform(5, 20)
    if way in {"plug, tap", "blocked"}:
        _tap(run, evse, card)
    for _ in range(3):  # a card that was not taken is shown again
        yield rng.uniform(5, 20)
        agent = run.w.agent
        if way in {"plug", "tap"} or agent is None or agent.station.evses[evse].auth is not None or not run.agent_up:
            break
        _tap(run, evse, card)


def _charge(run: Run, evse: int, card: str) -> Actor:
    rng = run.rng
    left = rng.uniform(*CHARGE_S)
    while left > 0:
        pause = min(left, rng.uniform(20, 200))
        yield pause
        left -= pause
        match rng.randrange(12):
            case 0 | 1:
                run.do("ev.pause", evse=evse)
                yield rng.uniform(1, 40)
                run.do("ev.resume", evse=evse)
            case 2:
                run.do("ev.set_current", evse=evse, current_a=rng.choice((6, 10, 16, 32)))
            case 3:
                run.do("ev.set_state", evse=evse, state=rng.choice("BDEF"))
                yield rng.uniform(1, 20)
                run.do("ev.resume", evse=evse)
            case 4:
                _tap(run, evse, rng.choice(CARDS))
            case _:
                pass


def _leave(run: Run, evse: int, card: str) -> Actor:
    rng = run.rng
    way = rng.choices(("tap", "pull", "graceful", "at the car", "another card"), (55, 15, 10, 10, 10))[0]
    run.tally[f"leaves: {way}"] += 1
    if way in {"tap", "another card"}:
        _tap(run, evse, card if way == "tap" else rng.choice(CARDS))
        yield rng.uniform(0, 20)
    if way == "at the car":
        run.do("ev.plug_out", evse=evse, side="ev")
        yield rng.uniform(0, 30)
        _tap(run, evse, card)
        yield rng.uniform(1, 10)
    run.do("ev.plug_out", evse=evse, graceful=way == "graceful")
    yield rng.uniform(2, 10)
    run.do("ev.plug_out", evse=evse)


def flood(run: Run, evse: int) -> Actor:
    """Somebody holds cards to the reader as fast as it reads them."""
    for _ in range(run.rng.randint(20, 80)):
        _tap(run, evse, run.rng.choice((*CARDS, BLOCKED, "0412345678", "04" + "A" * 30, "04" + "B" * 200)))
        yield run.rng.uniform(0, 0.3)
