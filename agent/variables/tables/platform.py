"""Variables of the controllers for security, clock and device data, and which functional blocks there are.

Part 2, 2.1 and 2.2.
"""

from __future__ import annotations

from agent.variables.definition import Definition, Derived, Place
from agent.variables.topology import Feature
from agent.variables.vocabulary import DataType, Mutability

RO = Mutability.READ_ONLY
DAY_S = 86_400
CERTIFICATES = 100  # more are counted as so many
# What the rpc layer and the registry take in one call; reported so that a CSMS can keep to it.
ITEMS_PER_MESSAGE = "100"
BYTES_PER_MESSAGE = "65536"


def _security_profile(place: Place) -> Derived:
    return Derived(default=str(place.topology.security_profile))


def _identity(place: Place) -> Derived:
    return Derived(fact=place.topology.identity)


def _certificates(place: Place) -> Derived:
    return Derived(fact=str(min(place.topology.certificates, CERTIFICATES)))


def _time_sources(place: Place) -> Derived:
    sources = place.topology.time_sources
    return Derived(values=sources, default=",".join(sources))


def _message(variable: str, instance: str, value: str, doc: str) -> Definition:
    return Definition(
        component="DeviceDataCtrlr",
        variable=variable,
        instance=instance,
        type=DataType.INTEGER,
        mutability=RO,
        derive=lambda _: Derived(fact=value),
        doc=doc,
    )


SECURITY: tuple[Definition, ...] = (
    Definition(
        component="SecurityCtrlr",
        variable="AdditionalRootCertificateCheck",
        type=DataType.BOOLEAN,
        mutability=RO,
        derive=lambda _: Derived(fact="false"),
        doc="Whether a new CSMS root must be signed by the old one.",
    ),
    Definition(
        component="SecurityCtrlr",
        variable="BasicAuthPassword",
        type=DataType.STRING,
        minimum=16,  # A00.FR.205
        maximum=64,  # errata 2025-01, 2.1.1: at least 40, at most 64
        mutability=Mutability.WRITE_ONLY,
        secret=True,
        pattern=r"[A-Za-z0-9*\-_=:+|@.]*",  # passwordString (part 2, 1.2)
        doc="Password of HTTP basic authentication.",
    ),
    Definition(
        component="SecurityCtrlr",
        variable="CertificateEntries",
        type=DataType.INTEGER,
        minimum=0,
        maximum=CERTIFICATES,
        mutability=RO,
        derive=_certificates,
        doc="Number of installed certificates.",
    ),
    Definition(
        component="SecurityCtrlr",
        variable="Identity",
        type=DataType.STRING,
        maximum=48,
        mutability=RO,
        pattern=r"[A-Za-z0-9*\-_=+|@.]*",  # identifierString, no colon (2.2.2)
        derive=_identity,
        doc="Identity of the station at the CSMS.",
    ),
    Definition(
        component="SecurityCtrlr",
        variable="OrganizationName",
        type=DataType.STRING,
        maximum=64,  # X.520: ub-organization-name
        doc="Organisation of the operator, for the subject of certificates.",
    ),
    Definition(
        component="SecurityCtrlr",
        variable="SecurityProfile",
        type=DataType.INTEGER,
        minimum=0,
        maximum=3,
        mutability=RO,
        live=True,
        derive=_security_profile,
        doc="Security profile in use.",
    ),
)

CLOCK: tuple[Definition, ...] = (
    Definition(
        component="ClockCtrlr",
        variable="DateTime",
        type=DataType.DATE_TIME,
        mutability=RO,
        live=True,
        doc="Current time; empty while the clock is not trusted.",
    ),
    Definition(
        component="ClockCtrlr",
        variable="TimeSource",
        type=DataType.SEQUENCE_LIST,
        filled=True,
        derive=_time_sources,
        doc="Sources of time in the order of preference.",
    ),
    Definition(
        component="ClockCtrlr",
        variable="TimeAdjustmentReportingThreshold",
        type=DataType.INTEGER,
        unit="s",
        minimum=0,
        maximum=DAY_S,
        default="20",
        doc="Clock steps larger than this raise a security event.",
    ),
)

DEVICE_DATA: tuple[Definition, ...] = (
    _message("ItemsPerMessage", "GetReport", ITEMS_PER_MESSAGE, "Most component variables in one report request."),
    _message("ItemsPerMessage", "GetVariables", ITEMS_PER_MESSAGE, "Most variables in one get request."),
    _message("ItemsPerMessage", "SetVariables", ITEMS_PER_MESSAGE, "Most variables in one set request."),
    _message("BytesPerMessage", "GetReport", BYTES_PER_MESSAGE, "Largest report request."),
    _message("BytesPerMessage", "GetVariables", BYTES_PER_MESSAGE, "Largest get request."),
    _message("BytesPerMessage", "SetVariables", BYTES_PER_MESSAGE, "Largest set request."),
    _message("ConfigurationValueSize", "", "1000", "Longest value that can be set."),
    _message("ReportingValueSize", "", "2500", "Longest value that is reported."),
)


def _feature(component: str, instance: str, feature: Feature, what: str) -> Definition:
    return Definition(
        component=component,
        variable="Available",
        instance=instance,
        type=DataType.BOOLEAN,
        mutability=RO,
        derive=lambda place: Derived(fact="true" if place.topology.has(feature) else "false"),
        doc=f"Whether {what} is supported.",
    )


# A functional block that a station may lack says so; what the block requires comes with the block.
OPTIONAL: tuple[Definition, ...] = (
    _feature("LocalAuthListCtrlr", "", Feature.LOCAL_LIST, "the local authorization list"),
    _feature("ReservationCtrlr", "", Feature.RESERVATION, "reservation"),
    _feature("SmartChargingCtrlr", "", Feature.SMART_CHARGING, "smart charging"),
    _feature("MonitoringCtrlr", "", Feature.MONITORING, "monitoring"),
    _feature("DisplayMessageCtrlr", "", Feature.DISPLAY, "display of messages"),
    _feature("TariffCostCtrlr", "Tariff", Feature.TARIFF, "tariff information"),
    _feature("TariffCostCtrlr", "Cost", Feature.COST, "cost information"),
)
