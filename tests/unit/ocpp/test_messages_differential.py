"""Differential test: the generated messages and `jsonschema` say the same of valid and of mutated payloads.

The oracle reads numbers as Decimal and checks date-times; without these it is itself wrong about `multipleOf` and
silent about dates. Everything is seeded.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import jsonschema
import msgspec
import pytest
from jsonschema.validators import validator_for

from agent.ocpp.messages import v16, v21, v201
from tests.tools.generate_messages import Schema, message_of, schemas

MODULES = {"v16": v16, "v201": v201, "v21": v21}
SAMPLES = 10
MUTATIONS = {"v16": 300, "v201": 150, "v21": 100}  # of each schema: some 60,000 in all, 15 s of CPU
DEPTH = 5

# fails loudly where rfc3339-validator, which does the work, is not installed
FORMATS = jsonschema.FormatChecker(formats=["date-time"])

DATES = [
    "2026-01-01T00:00:00Z",
    "2024-02-29t23:59:59.123456+05:30",
    "2023-02-29T00:00:00Z",
    "2026-01-01T00:00:00",
    "2026-01-01",
    "2026-1-01T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:00:60Z",
    "not a date",
]
WRONG: list[Any] = [None, True, 0, -1, 1, 4, 101, 1.0, 1.5, 10**12, "", "zzz", "\u00e4\u20ac\U0001f50c", [], {}, [1]]
TENTHS = [0, 0.1, 0.3, 16, 16.1, 21.4, -6.0, 4.11, 0.05, 0.30000000000000004, 1e-9, 99999.9, 1e15]


class Source:
    """Payloads of one schema: valid ones made from it, and mutations of these."""

    def __init__(self, schema: Schema, seed: str, mutations: int) -> None:
        self._schema = schema
        self._mutations = mutations
        self._definitions: Schema = schema.get("definitions", {})
        self._random = random.Random(seed)

    def payloads(self) -> Iterator[Any]:
        samples = [self._sample(self._schema, DEPTH, full=number / (SAMPLES - 1)) for number in range(SAMPLES)]
        yield from samples
        for _ in range(self._mutations):
            yield self._mutate(self._random.choice(samples))

    def _sample(self, schema: Schema, depth: int, full: float) -> Any:
        """A valid value; `full` is the share of optional fields that are there."""
        if "$ref" in schema:
            return self._sample(self._definitions[schema["$ref"].rpartition("/")[2]], depth, full)
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        match schema.get("type"):
            case "string" if schema.get("format") == "date-time":
                return DATES[0]
            case "string" if schema.get("format") == "uri":
                return "ftp://example.org/a"
            case "string":
                limit = schema.get("maxLength", 12)
                return "\u20ac" * self._random.choice([limit, min(limit, 5), 0])
            case "integer":
                return self._random.choice([int(schema.get("minimum", -3)), int(schema.get("maximum", 3))])
            case "number":
                return self._random.choice([float(schema.get("minimum", -2.5)), float(schema.get("maximum", 7.5)), 0])
            case "boolean":
                return self._random.random() < 0.5
            case "array":
                least = schema.get("minItems", 0)
                count = max(least, self._random.choice([1, least, min(schema.get("maxItems", 2), 30)]))
                return [self._sample(schema["items"], depth - 1, full) for _ in range(count if depth else least)]
            case "object":
                needed = schema.get("required", [])
                return {
                    key: self._sample(value, depth - 1, full)
                    for key, value in schema.get("properties", {}).items()
                    if key in needed or (depth > 0 and self._random.random() < full)
                }
        return self._random.choice([{"any": [1, None, "x"]}, "any", 3.25, None])

    def _mutate(self, sample: Any) -> Any:
        """The sample with one thing changed: a field gone, a field too many, another value, a list resized."""
        root = [copy.deepcopy(sample)]
        places = list(_places(root))
        parent, key = self._random.choice(places)
        value = parent[key]
        options = [lambda: self._random.choice(WRONG)]
        if isinstance(parent, dict):
            options += [lambda: _ABSENT] * 2
        if isinstance(value, dict):
            options += [lambda: {**value, "surplus": 1}] * 2
        if isinstance(value, list):
            options += [lambda: value * self._random.choice([0, 2, 25, 1025 // (1 + len(str(value)) // 50)])]
        if isinstance(value, str):
            options += [lambda: value + "x", lambda: value[:-1], lambda: self._random.choice(DATES)] * 2
        if isinstance(value, int | float) and not isinstance(value, bool):
            options += [lambda: value + 1, lambda: value - 1, lambda: self._random.choice(TENTHS)]
        changed = self._random.choice(options)()
        if changed is _ABSENT:
            del parent[key]
        else:
            parent[key] = changed
        return root[0]


_ABSENT = object()


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) inside a value."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        yield node, key
        if isinstance(value, dict | list):
            yield from _places(value)


@pytest.mark.parametrize("version", MODULES)
def test_structs_and_schemas_agree(version: str) -> None:
    verdicts: dict[bool, int] = {True: 0, False: 0}
    for name, schema in schemas(version):
        table, action, _ = message_of(version, name)
        decoder = msgspec.json.Decoder(getattr(MODULES[version], table)[action])
        oracle = validator_for(schema)(schema, format_checker=FORMATS)
        for payload in Source(schema, f"{version} {name}", MUTATIONS[version]).payloads():
            text = json.dumps(payload)
            expected = oracle.is_valid(json.loads(text, parse_float=Decimal))
            try:
                decoded, why = decoder.decode(text), ""
            except msgspec.ValidationError as error:
                decoded, why = None, str(error)
            if expected != (decoded is not None):
                reasons = [error.message[:200] for error in oracle.iter_errors(json.loads(text, parse_float=Decimal))]
                pytest.fail(f"{version} {name}: schema {reasons or 'accepts'}, struct {why or 'accepts'}: {text[:500]}")
            if decoded is not None and "customData" not in text:
                # nothing is lost or altered on the way through a struct
                assert json.loads(msgspec.json.encode(decoded)) == json.loads(text)
            verdicts[expected] += 1
    # the mutations must hit and miss in earnest, or agreement means nothing
    assert min(verdicts.values()) > 2000, verdicts
