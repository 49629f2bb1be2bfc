"""Every row, in the order of reports."""

from __future__ import annotations

from agent.variables.definition import Definition
from agent.variables.tables.authorization import AUTHORIZATION
from agent.variables.tables.communication import COMMUNICATION
from agent.variables.tables.metering import METERING
from agent.variables.tables.physical import PHYSICAL
from agent.variables.tables.platform import CLOCK, DEVICE_DATA, OPTIONAL, SECURITY
from agent.variables.tables.transactions import OWN, TRANSACTIONS

DEFINITIONS: tuple[Definition, ...] = (
    *PHYSICAL,
    *COMMUNICATION,
    *SECURITY,
    *CLOCK,
    *DEVICE_DATA,
    *AUTHORIZATION,
    *TRANSACTIONS,
    *METERING,
    *OWN,
    *OPTIONAL,
)
