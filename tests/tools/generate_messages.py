"""Writes agent/ocpp/messages/{v16,v201,v21}.py from the JSON schemas inside the `ocpp` wheel.

    python tests/tools/generate_messages.py           write the three modules
    python tests/tools/generate_messages.py --check   exit 1 if a module differs from what would be written

Every schema becomes a frozen msgspec Struct, every enumeration a Literal. What a schema says about length, range,
number of items, date-time, unknown fields and multiples is in the type, so that decoding validates. A test keeps the
output equal to this script's, another compares its verdicts with those of `jsonschema`.
"""

from __future__ import annotations

import json
import keyword
import sys
from collections.abc import Iterator
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

Schema = dict[str, Any]

VERSIONS = {"v16": "1.6", "v201": "2.0.1", "v21": "2.1"}
OUTPUT = Path(__file__).parents[2] / "agent" / "ocpp" / "messages"
LINE_LENGTH = 120
OPTIONS = "Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields"

_SAMPLED_16 = ("items", "properties", "sampledValue")
_UNITS_16 = ["Wh", "kWh", "varh", "kvarh", "W", "kW", "VA", "kVA", "var", "kvar", "A", "V", "K"]
_UNITS_16 += ["Celcius", "Celsius", "Fahrenheit", "Percent"]

# What the wheel has wrong, as (version, schema, path, what it says, what the Open Charge Alliance says).
CORRECTIONS: tuple[tuple[str, str, tuple[str, ...], Any, Any], ...] = (
    # OCPP 2.0.1 part 2, 1.16.2: exiResponse is string[0..5600]
    ("v201", "Get15118EVCertificateResponse", ("properties", "exiResponse", "maxLength"), 7500, 5600),
    # OCPP 1.6 errata 3.84: no unit for the measurand Frequency, which is in Hertz without saying so
    (
        "v16",
        "MeterValues",
        ("properties", "meterValue", *_SAMPLED_16, "items", "properties", "unit", "enum"),
        [*_UNITS_16, "Hertz"],
        _UNITS_16,
    ),
    # OCPP 1.6 7.33: a MeterValue has one sampledValue or more, in this message as in the other
    ("v16", "StopTransaction", ("properties", "transactionData", *_SAMPLED_16, "minItems"), None, 1),
)

# The schemas of OCPP 1.6 nest anonymous types. Their names in chapter 7 of the specification, by "Message.field" or,
# for a field that means the same everywhere, by ".field".
NAMES_16 = {
    ".chargingProfile": "ChargingProfile",
    ".chargingProfileKind": "ChargingProfileKindType",
    ".chargingProfilePurpose": "ChargingProfilePurposeType",
    ".chargingRateUnit": "ChargingRateUnitType",
    ".chargingSchedule": "ChargingSchedule",
    ".chargingSchedulePeriod": "ChargingSchedulePeriod",
    ".configurationKey": "KeyValue",
    ".context": "ReadingContext",
    ".csChargingProfiles": "ChargingProfile",
    ".errorCode": "ChargePointErrorCode",
    ".format": "ValueFormat",
    ".idTagInfo": "IdTagInfo",
    ".localAuthorizationList": "AuthorizationData",
    ".location": "Location",
    ".measurand": "Measurand",
    ".meterValue": "MeterValue",
    ".phase": "Phase",
    ".reason": "Reason",
    ".recurrencyKind": "RecurrencyKindType",
    ".requestedMessage": "MessageTrigger",
    ".sampledValue": "SampledValue",
    ".transactionData": "MeterValue",
    ".unit": "UnitOfMeasure",
    ".updateType": "UpdateType",
    "BootNotificationResponse.status": "RegistrationStatus",
    "CancelReservationResponse.status": "CancelReservationStatus",
    "ChangeAvailabilityRequest.type": "AvailabilityType",
    "ChangeAvailabilityResponse.status": "AvailabilityStatus",
    "ChangeConfigurationResponse.status": "ConfigurationStatus",
    "ClearCacheResponse.status": "ClearCacheStatus",
    "ClearChargingProfileResponse.status": "ClearChargingProfileStatus",
    "DataTransferResponse.status": "DataTransferStatus",
    "DiagnosticsStatusNotificationRequest.status": "DiagnosticsStatus",
    "FirmwareStatusNotificationRequest.status": "FirmwareStatus",
    "GetCompositeScheduleResponse.status": "GetCompositeScheduleStatus",
    "IdTagInfo.status": "AuthorizationStatus",
    "RemoteStartTransactionResponse.status": "RemoteStartStopStatus",
    "RemoteStopTransactionResponse.status": "RemoteStartStopStatus",
    "ReserveNowResponse.status": "ReservationStatus",
    "ResetRequest.type": "ResetType",
    "ResetResponse.status": "ResetStatus",
    "SendLocalListResponse.status": "UpdateStatus",
    "SetChargingProfileResponse.status": "ChargingProfileStatus",
    "StatusNotificationRequest.status": "ChargePointStatus",
    "TriggerMessageResponse.status": "TriggerMessageStatus",
    "UnlockConnectorResponse.status": "UnlockStatus",
}

# Keywords that this script understands, or knows to be no constraint on what it generates.
UNDERSTOOD = {"$ref", "additionalProperties", "definitions", "enum", "format", "items", "maxItems", "maxLength"} | {
    *("maximum", "minItems", "minimum", "multipleOf", "properties", "required", "type")
}
NO_CONSTRAINT = {"$id", "$schema", "additionalItems", "comment", "default", "description", "id", "javaType", "title"}


def schemas(version: str) -> Iterator[tuple[str, Schema]]:
    """Name and content of each schema of a version ("v16", "v201", "v21"), corrected, in order of name.

    Numbers with a fraction are Decimal, since a multiple of a binary 0.1 would be nonsense.
    """
    folder = files("ocpp") / version / "schemas"
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not entry.name.endswith(".json"):
            continue
        name = entry.name.removesuffix(".json")
        schema: Schema = json.loads(entry.read_text(encoding="utf-8-sig"), parse_float=Decimal)
        for version_of, schema_of, path, wrong, right in CORRECTIONS:
            if (version_of, schema_of) == (version, name):
                correct(schema, path, wrong, right)
        yield name, schema


def correct(schema: Schema, path: tuple[str, ...], wrong: Any, right: Any) -> None:
    """Replace one value; a wheel that no longer has the mistake is an error, so that the table stays true."""
    *parents, last = path
    for key in parents:
        schema = schema[key]
    if schema.get(last) != wrong:
        raise ValueError(f"{'.'.join(path)} is {schema.get(last)!r}, not {wrong!r}: review CORRECTIONS")
    schema[last] = right


def message_of(version: str, name: str) -> tuple[str, str, str]:
    """Table, action and class name of a schema: 1.6 calls a request by its action alone."""
    if name.endswith("Response"):
        return "RESPONSES", name.removesuffix("Response"), name
    if name.endswith("Request"):
        return "REQUESTS", name.removesuffix("Request"), name
    if version == "v16":
        return "REQUESTS", name, f"{name}Request"
    return "SENDS", name, name  # neither Request nor Response: an unconfirmed message (2.1 part 4, 4.1.3)


class Field(NamedTuple):
    """One field of a Struct, as text."""

    name: str
    type: str
    required: bool
    multiple_of: Decimal | None = None

    def render(self) -> str:
        attribute = f"{self.name}_" if keyword.iskeyword(self.name) else self.name
        renamed = attribute != self.name
        if self.required:
            default = f" = field(name={json.dumps(self.name)})" if renamed else ""
            return f"    {attribute}: {self.type}{default}"
        default = f"field(default=UNSET, name={json.dumps(self.name)})" if renamed else "UNSET"
        return f"    {attribute}: {self.type} | UnsetType = {default}"


class Module:
    """One version's module in the making: aliases, enumerations and Structs by name, and the tables of messages."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.aliases: dict[str, str] = {}
        self.enums: dict[str, str] = {}
        self.structs: dict[str, str] = {}
        self.tables: dict[str, dict[str, str]] = {"REQUESTS": {}, "RESPONSES": {}, "SENDS": {}}
        for name, schema in schemas(version):
            table, action, cls = message_of(version, name)
            self.tables[table][action] = self._struct(cls, schema, schema.get("definitions", {}))

    def _define(self, into: dict[str, str], name: str, source: str) -> str:
        if into.setdefault(name, source) != source:
            raise ValueError(f"{self.version}: two different types are named {name}")
        return name

    def _type(self, schema: Schema, definitions: Schema, owner: str, field: str) -> str:
        """The annotation of a schema; `owner` and `field` name what a 1.6 schema leaves anonymous."""
        unknown = schema.keys() - UNDERSTOOD - NO_CONSTRAINT
        if unknown:
            raise ValueError(f"{self.version}: {owner}.{field} has {sorted(unknown)}")
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return self._named(name, definitions[name], definitions)
        if "enum" in schema or "properties" in schema:
            return self._named(self._name(owner, field), schema, definitions)
        match schema.get("type"):
            case "string":
                return self._string(schema)
            case "integer" | "number":
                return self._number(schema)
            case "boolean":
                return "bool"
            case "array":
                return self._array(schema, definitions, owner, field)
            case None:
                return "Any"
            case other:
                raise ValueError(f"{self.version}: {owner}.{field} is of type {other!r}")

    def _name(self, owner: str, field: str) -> str:
        name = NAMES_16.get(f"{owner}.{field}") or NAMES_16.get(f".{field}")
        if self.version != "v16" or name is None:
            raise ValueError(f"{self.version}: {owner}.{field} has no name")
        return name

    def _named(self, name: str, schema: Schema, definitions: Schema) -> str:
        if "enum" in schema:
            return self._define(self.enums, name, literal(name, schema["enum"]))
        if "properties" in schema:
            return self._struct(name, schema, definitions)
        return self._type(schema, definitions, name, "")

    def _string(self, schema: Schema) -> str:
        if schema.get("format") == "date-time":
            return "DateTime"
        if "maxLength" not in schema:
            return "str"
        length = int(schema["maxLength"])
        return self._define(self.aliases, f"Str{length}", f"Annotated[str, Meta(max_length={length})]")

    def _number(self, schema: Schema) -> str:
        low, high = schema.get("minimum"), schema.get("maximum")
        name = "".join(f"{word}{float(bound):g}" for word, bound in (("From", low), ("To", high)) if bound is not None)
        if schema["type"] == "integer":
            # SQLite and our own wires know 64 bits; OCPP itself allows 32 (2.0.1 part 2, primitive datatypes)
            ge = "-(2**63)" if low is None else int(low)
            le = "2**63 - 1" if high is None else int(high)
            name = f"Int{name}" if name else "Integer"
            return self._define(self.aliases, name, f"Annotated[int, Meta(ge={ge}, le={le})]")
        if not name:
            return "float"
        bounds = ", ".join(f"{key}={float(bound)}" for key, bound in (("ge", low), ("le", high)) if bound is not None)
        return self._define(self.aliases, f"Float{name}", f"Annotated[float, Meta({bounds})]")

    def _array(self, schema: Schema, definitions: Schema, owner: str, field: str) -> str:
        item = self._type(schema["items"], definitions, owner, field)
        low, high = schema.get("minItems"), schema.get("maxItems")
        if low is None and high is None:
            return f"list[{item}]"
        alias = "List" + "".join(f"{word}{n}" for word, n in (("From", low), ("To", high)) if n is not None)
        bounds = ", ".join(f"{key}={n}" for key, n in (("min_length", low), ("max_length", high)) if n is not None)
        self._define(self.aliases, alias, f"Annotated[list[T], Meta({bounds})]")
        return f"{alias}[{item}]"

    def _struct(self, name: str, schema: Schema, definitions: Schema) -> str:
        required = frozenset(schema.get("required", ()))
        fields = [
            Field(key, self._type(sub, definitions, name, key), key in required, sub.get("multipleOf"))
            for key, sub in schema.get("properties", {}).items()
        ]
        # fields without a default come first, as a Python signature wants it
        fields.sort(key=lambda one: not one.required)
        head = f"class {name}({OPTIONS}={schema.get('additionalProperties', True) is False}):"
        if len(head) > LINE_LENGTH:
            head = head.replace("(", "(\n    ").replace("):", "\n):")
        lines = [head, *(one.render() for one in fields)]
        if not fields:
            lines.append("    pass")
        multiples = [one for one in fields if one.multiple_of is not None]
        if multiples:
            lines += ["", "    def __post_init__(self) -> None:"]
        for one in multiples:
            if one.multiple_of != Decimal("0.1") or one.type != "float":
                raise ValueError(f"{self.version}: {name}.{one.name}: only tenths are handled")
            value = f"self.{one.name}"
            there = "" if one.required else f"{value} is not UNSET and "
            lines += [
                f"        if {there}round({value}, 1) != {value}:",
                f'            raise ValueError("`{one.name}` is not a multiple of 0.1")',
            ]
        return self._define(self.structs, name, "\n".join(lines))

    def render(self) -> str:
        """The whole text of the module, in the format that ruff would give it."""
        text = "\n".join(
            [
                f'"""Messages of OCPP {VERSIONS[self.version]} as msgspec Structs. Generated: do not edit.',
                "",
                "Written by tests/tools/generate_messages.py from the JSON schemas of the Open Charge Alliance.",
                '"""',
                "",
                "",
            ]
        )
        aliases = "".join(f"{name} = {source}\n" for name, source in sorted(self.aliases.items()))
        enums = "".join(source + "\n" for _, source in sorted(self.enums.items()))
        structs = "".join(f"\n\n{source}\n" for source in self.structs.values())
        tables = "".join("\n" + mapping(name, table) for name, table in self.tables.items())
        body = f"{aliases}\n{enums}{structs}\n{tables}"
        text += imports(body) + "\n"
        if "list[T]" in body:
            text += 'T = TypeVar("T")\n\n'
        return text + body


def literal(name: str, values: list[str]) -> str:
    """An enumeration as a Literal: on one line if it fits, else one value a line."""
    quoted = [json.dumps(value, ensure_ascii=False) for value in values]
    line = f"{name} = Literal[{', '.join(quoted)}]"
    if len(line) <= LINE_LENGTH:
        return line
    return "\n".join([f"{name} = Literal[", *(f"    {value}," for value in quoted), "]"])


def mapping(name: str, table: dict[str, str]) -> str:
    """A table of messages: class by action."""
    if not table:
        return f"{name}: dict[str, type[Struct]] = {{}}\n"
    rows = "".join(f'    "{action}": {cls},\n' for action, cls in sorted(table.items()))
    return f"{name}: dict[str, type[Struct]] = {{\n{rows}}}\n"


def imports(body: str) -> str:
    """The import lines that a body needs."""

    def used(*names: str) -> str:
        return ", ".join(name for name in names if f"{name}[" in body or f"{name}\n" in body or f"{name} " in body)

    typing = used("Annotated", "Any", "Literal") + (", TypeVar" if "list[T]" in body else "")
    fields = ", field" if "= field(" in body else ""
    lines = [f"from typing import {typing}", "", f"from msgspec import UNSET, Meta, Struct, UnsetType{fields}"]
    if "DateTime" in body:
        lines += ["", "from agent.ocpp.messages.date_time import DateTime"]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    differing = 0
    for version in VERSIONS:
        path = OUTPUT / f"{version}.py"
        text = Module(version).render()
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"{path.name} differs from what {Path(__file__).name} writes", file=sys.stderr)
            differing += 1
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
