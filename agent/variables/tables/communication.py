"""Variables of the communication with the CSMS (part 2, 2.1; part 4, 8)."""

from __future__ import annotations

from agent.variables import names
from agent.variables.definition import Definition, Derived, Place
from agent.variables.vocabulary import DataType, Mutability

RO = Mutability.READ_ONLY
DAY_S = 86_400


def _network_profiles(place: Place) -> Derived:
    slots = tuple(str(slot) for slot in place.topology.network_profiles)
    return Derived(values=slots, default=slots[0] if slots else "")


def _first_profile(place: Place) -> Derived:
    return Derived(default=str(next(iter(place.topology.network_profiles), "")))


def _file_transfer(place: Place) -> Derived:
    return Derived(fact=",".join(place.topology.file_transfer))


def _unlock(place: Place) -> Derived:
    topology = place.topology
    fixed = all(topology.outlet(*where).tethered for where in topology.places())
    # 2.1.12: only fixed cables make it read-only and false.
    return Derived(fact="false") if fixed else Derived()


def _signs(place: Place) -> bool:
    return any(evse.signed_values for evse in place.topology.evses)


COMMUNICATION: tuple[Definition, ...] = (
    Definition(
        component="OCPPCommCtrlr",
        variable="ActiveNetworkProfile",
        type=DataType.INTEGER,
        mutability=RO,
        live=True,
        derive=_first_profile,
        doc="Slot of the network profile in use.",
    ),
    Definition(
        component="OCPPCommCtrlr",
        variable="FileTransferProtocols",
        type=DataType.MEMBER_LIST,
        values=("FTP", "FTPS", "HTTP", "HTTPS", "SFTP"),
        mutability=RO,
        derive=_file_transfer,
        doc="Protocols for firmware and log transfers.",
    ),
    Definition(
        component="OCPPCommCtrlr",
        variable="HeartbeatInterval",
        type=DataType.INTEGER,
        unit="s",
        minimum=1,
        default="300",
        doc="Silence after which a heartbeat is sent; a boot response sets it too.",
    ),
    Definition(
        component="OCPPCommCtrlr",
        variable="MessageTimeout",
        instance="Default",
        type=DataType.INTEGER,
        unit="s",
        mutability=RO,
        mirror=names.MESSAGE_TIMEOUT,
        doc="How long a request waits for its answer.",
    ),
    Definition(
        component="OCPPCommCtrlr",
        variable="MessageAttempts",
        instance="TransactionEvent",
        type=DataType.INTEGER,
        minimum=1,
        maximum=100,
        default="5",
        doc="How often a transaction message is sent before it goes to quarantine.",
    ),
    Definition(
        component="OCPPCommCtrlr",
        variable="MessageAttemptInterval",
        instance="TransactionEvent",
        type=DataType.INTEGER,
        unit="s",
        minimum=0,
        maximum=DAY_S,
        default="60",
        doc="Wait before a failed transaction message is sent again, times the number of attempts so far.",
    ),
    Definition(
        component="OCPPCommCtrlr",
        variable="NetworkConfigurationPriority",
        type=DataType.SEQUENCE_LIST,
        filled=True,
        reboot_required=True,
        derive=_network_profiles,
        doc="Slots of network profiles in the order in which they are tried.",
    ),
    Definition(
        component="OCPPCommCtrlr",
        variable="NetworkProfileConnectionAttempts",
        type=DataType.INTEGER,
        minimum=1,
        maximum=1000,
        default="3",
        doc="Failed connections before the next network profile is tried.",
    ),
    Definition(
        component="OCPPCommCtrlr",
        variable="OfflineThreshold",
        type=DataType.INTEGER,
        unit="s",
        minimum=0,
        maximum=30 * DAY_S,
        default="60",
        doc="Offline time after which every connector's status is sent again.",
    ),
    Definition(
        component="OCPPCommCtrlr",
        variable="PublicKeyWithSignedMeterValue",
        type=DataType.OPTION_LIST,
        values=("Never", "OncePerTransaction", "EveryMeterValue"),
        default="Never",
        when=_signs,
        doc="When the public key goes with signed meter values.",
    ),
    Definition(
        component="OCPPCommCtrlr",
        variable="ResetRetries",
        type=DataType.INTEGER,
        minimum=0,
        maximum=100,
        default="3",
        doc="How often an unsuccessful reset is tried again.",
    ),
    Definition(
        component="OCPPCommCtrlr",
        variable="RetryBackOffRepeatTimes",
        type=DataType.INTEGER,
        minimum=0,
        maximum=16,
        default="5",
        doc="How often the wait before a reconnection doubles.",
    ),
    Definition(
        component="OCPPCommCtrlr",
        variable="RetryBackOffRandomRange",
        type=DataType.INTEGER,
        unit="s",
        minimum=0,
        maximum=DAY_S,
        default="10",
        doc="Most seconds of chance added to each wait before a reconnection.",
    ),
    Definition(
        component="OCPPCommCtrlr",
        variable="RetryBackOffWaitMinimum",
        type=DataType.INTEGER,
        unit="s",
        minimum=1,
        maximum=DAY_S,
        default="3",
        doc="First wait before a reconnection.",
    ),
    Definition(
        component="OCPPCommCtrlr",
        variable="UnlockOnEVSideDisconnect",
        type=DataType.BOOLEAN,
        default="true",
        derive=_unlock,
        doc="Unlock the socket when the cable is unplugged at the car.",
    ),
    Definition(
        component="OCPPCommCtrlr",
        variable="WebSocketPingInterval",
        type=DataType.INTEGER,
        unit="s",
        minimum=0,
        maximum=DAY_S,
        default="30",
        doc="Interval of websocket pings; 0 sends none.",
    ),
)
