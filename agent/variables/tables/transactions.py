"""Variables of transactions (part 2, 2.6) and the agent's own.

`ResumptionTimeout` and `AllowEnergyTransferResumption` are OCPP 2.1's names for what a station does after a power cut.
`AgentCtrlr` is a component of this product.
"""

from __future__ import annotations

from agent.variables.definition import Definition, Derived, Place
from agent.variables.vocabulary import DataType, Mutability

DAY_S = 86_400


def _start_points(place: Place) -> Derived:
    evses = place.topology.evses
    points = ["EVConnected", "Authorized", "PowerPathClosed", "EnergyTransfer"]
    if any(evse.bay_sensor for evse in evses):
        points.insert(0, "ParkingBayOccupancy")
    if any(evse.signed_values for evse in evses):
        points.append("DataSigned")
    return Derived(values=tuple(points), default="PowerPathClosed")


def _stop_points(place: Place) -> Derived:
    # 2.6.6.2: DataSigned has no meaning as a stop point.
    points = tuple(point for point in _start_points(place).values or () if point != "DataSigned")
    # Unplugging at the car ends a transaction through StopTxOnEVSideDisconnect, so that the switch works (E09, E10).
    return Derived(values=points, default="Authorized")


def _own(variable: str, unit: str, limits: tuple[int, int], default: int, doc: str) -> Definition:
    """A variable for who runs the station, not for the CSMS: it touches wear of the disk or electrical safety."""
    return Definition(
        component="AgentCtrlr",
        variable=variable,
        type=DataType.INTEGER,
        unit=unit,
        minimum=limits[0],
        maximum=limits[1],
        default=str(default),
        mutability=Mutability.READ_ONLY,
        configurable=True,
        doc=doc,
    )


TRANSACTIONS: tuple[Definition, ...] = (
    Definition(
        component="TxCtrlr",
        variable="EVConnectionTimeOut",
        type=DataType.INTEGER,
        unit="s",
        minimum=1,
        maximum=DAY_S,
        default="120",
        doc="Time to plug in after authorization.",
    ),
    Definition(
        component="TxCtrlr",
        variable="StopTxOnEVSideDisconnect",
        type=DataType.BOOLEAN,
        default="true",
        doc="End the authorization when the cable is unplugged at the car.",
    ),
    Definition(
        component="TxCtrlr",
        variable="StopTxOnInvalidId",
        type=DataType.BOOLEAN,
        default="true",
        doc="End the authorization when the CSMS does not accept the token of a running transaction.",
    ),
    Definition(
        component="TxCtrlr",
        variable="MaxEnergyOnInvalidId",
        type=DataType.INTEGER,
        unit="Wh",
        minimum=0,
        default="0",
        doc="Energy still delivered after the CSMS has refused the token.",
    ),
    Definition(
        component="TxCtrlr",
        variable="TxBeforeAcceptedEnabled",
        type=DataType.BOOLEAN,
        default="false",
        doc="Charge before the CSMS has accepted the station.",
    ),
    Definition(
        component="TxCtrlr",
        variable="TxStartPoint",
        type=DataType.MEMBER_LIST,
        filled=True,
        derive=_start_points,
        doc="Events that start a transaction; the first one does.",
    ),
    Definition(
        component="TxCtrlr",
        variable="TxStopPoint",
        type=DataType.MEMBER_LIST,
        filled=True,
        derive=_stop_points,
        doc="Events whose end stops a transaction.",
    ),
    Definition(
        component="TxCtrlr",
        variable="ResumptionTimeout",
        type=DataType.INTEGER,
        unit="s",
        minimum=0,
        maximum=7 * DAY_S,
        default=str(DAY_S),
        doc="Longest power cut after which a transaction goes on; 0 ends it with reason PowerLoss.",
    ),
    Definition(
        component="TxCtrlr",
        variable="AllowEnergyTransferResumption",
        type=DataType.BOOLEAN,
        default="true",
        doc="Whether energy flows again in a resumed transaction.",
    ),
)

OWN: tuple[Definition, ...] = (
    # 2.1.3 makes OCPPCommCtrlr's read-only, errata 3.82 of 1.6 makes its key writable: here is the one that is set.
    Definition(
        component="AgentCtrlr",
        variable="MessageTimeout",
        type=DataType.INTEGER,
        unit="s",
        minimum=5,
        maximum=600,
        default="30",
        doc="How long a request waits for its answer.",
    ),
    _own("AuthorizeTimeout", "s", (1, 120), 10, "How long a driver waits for the CSMS before local rules decide."),
    _own("BootRetryInterval", "s", (1, DAY_S), 60, "Wait before the next boot message when the CSMS names none."),
    _own("MeterCheckpointEnergy", "Wh", (10, 10_000), 100, "Energy after which the register is written to disk."),
    _own("MeterCheckpointInterval", "s", (1, 3600), 30, "Least time between two checkpoints of a register."),
    _own("MeterCheckpointMaximum", "s", (10, 3600), 300, "Most time between two checkpoints while energy flows."),
    _own("PermitLease", "s", (2, 60), 10, "Time for which the guard keeps power on without the agent."),
)
