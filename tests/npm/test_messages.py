"""What our messages let through, a validator with schemas of its own lets through as well."""

from __future__ import annotations

import json

import msgspec

from tests.npm.validators import Payload, validate
from tests.tools.generate_messages import VERSIONS, message_of, schemas
from tests.unit.ocpp.test_messages_differential import MODULES, Source


def test_valid_payloads_are_valid_to_typed_ocpp() -> None:
    payloads = []
    for version, spoken in VERSIONS.items():
        for name, schema in schemas(version):
            table, action, _ = message_of(version, name)
            decoder = msgspec.json.Decoder(getattr(MODULES[version], table)[action])
            kind = "result" if table == "RESPONSES" else "call"
            for sample in Source(schema, f"npm {version} {name}", mutations=0).payloads():
                encoded = msgspec.json.encode(decoder.decode(json.dumps(sample)))
                payloads.append(Payload(spoken, action, kind, json.loads(encoded)))
    assert len(payloads) > 3000
    assert validate(payloads) == []
