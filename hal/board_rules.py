"""What the parts of a board must be to each other: none names what is not there, none is taken twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING

from hal import registry
from hal.interfaces import WrongOption
from hal.layout import Board, BoardKind, Device, Evse
from hal.schema import SchemaError


def check_numbers(named: Sequence[tuple[Evse, str]]) -> set[int]:
    """EVSEs are numbered from 1 and none is skipped (OCPP 2.0.1 part 1, 7.1), in whatever order; answers their ids."""
    ids: set[int] = set()
    for evse, table in named:
        if evse.id in ids:
            raise SchemaError(table, "id", evse.id, "is taken by another EVSE", "give each EVSE its own id")
        if evse.id > len(named):
            remedy = f"number the {len(named)} EVSEs of this board from 1 without a gap"
            raise SchemaError(table, "id", evse.id, "leaves a gap in the numbers", remedy)
        ids.add(evse.id)
    return ids


def check_served(board: Board, ids: set[int]) -> None:
    """Readers and indicators name EVSEs that there are."""
    for device in board.readers:
        for evse in getattr(device.config, "evses", ()):
            if evse not in ids:
                raise SchemaError(device.table, "evses", evse, "there is no such EVSE", f"known are {sorted(ids)}")
    for indicator in board.indicators:
        if indicator.evse is not None and indicator.evse not in ids:
            table = indicator.device.table
            raise SchemaError(table, "evse", indicator.evse, "there is no such EVSE", f"known are {sorted(ids)}")


def check_claims(board: Board) -> None:
    """One owner per thing: no two devices are the same meter, pin or reader."""
    owners: dict[str, str] = {}
    for device in (*board.guard_devices(), *board.agent_devices()):
        for claim in device.filled(device.driver.claims):
            if claim in owners:
                problem = f"is the same device as [{owners[claim]}]: {claim}"
                raise SchemaError(device.table, "driver", device.name, problem, "give each its own device")
            owners[claim] = device.table


def check_neighbours(board: Board) -> None:
    """Devices of one driver that get along: on one line, or none taking what is the other's."""
    before: list[Device] = []
    for device in (*board.guard_devices(), *board.agent_devices()):
        for other in before:
            if other.driver is device.driver:
                try:
                    registry.check_beside(device.driver, device.config, other.config)
                except WrongOption as error:
                    raise wrong(device, error) from None
        before.append(device)


def check_kind(board: Board) -> None:
    """The bench never comes near a real board, and a board that calls itself mock has nothing real."""
    devices = (*board.guard_devices(), *board.agent_devices())
    simulated = [device for device in devices if device.driver.simulated]
    real = [device for device in devices if device.driver.module]
    if board.kind is BoardKind.REAL and simulated:
        problem = "belongs to the bench, and the board is real"
        raise SchemaError(simulated[0].table, "driver", simulated[0].name, problem, 'write kind = "mixed" in [board]')
    if board.kind is BoardKind.MOCK and real:
        problem = "is real, and the board is a mock"
        raise SchemaError(real[0].table, "driver", real[0].name, problem, 'write kind = "mixed" in [board]')
    if board.kind is BoardKind.MIXED and not (simulated and real):
        missing = "nothing real" if simulated else "nothing of the bench"
        raise SchemaError("board", "kind", "mixed", f"there is {missing} on it", 'write kind = "real" or "mock"')


def check_installed(board: Board) -> None:
    """Every driver has its libraries."""
    for device in (*board.guard_devices(), *board.agent_devices()):
        library = registry.missing_library(device.driver)
        if library is not None:
            remedy = f"pip install 'evse-agent[{device.driver.extra}]'"
            raise SchemaError(device.table, "driver", device.name, f"needs the library {library}", remedy)


def wrong(device: Device, error: WrongOption) -> SchemaError:
    """A driver's complaint about its options, with the place in the file."""
    value = getattr(device.config, error.key, None)
    return SchemaError(device.table, error.key, MISSING if value is None else value, error.problem, error.remedy)
