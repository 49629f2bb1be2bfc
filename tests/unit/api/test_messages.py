"""The table of methods, and what does not fit it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from agent.api.messages import MAX_NUMBER, METHODS, ApiError, check
from agent.daemon.answers import Service


class NoLog:
    def tail(self, count: int, level: str = "debug", logger: str = "", after: int = 0) -> list[Any]:
        return []


def test_every_method_needs_reading_or_changing() -> None:
    assert {need for need, _, _ in METHODS.values()} == {"read", "change"}


def test_what_fits_passes_and_none_counts_as_not_given() -> None:
    assert check("tx.list", {"limit": 5, "offset": None}) == ("tx.list", {"limit": 5})
    assert check("status", None) == ("status", {})


@pytest.mark.parametrize(
    ("method", "params", "code", "named"),
    [
        ("nix", {}, "unknown_method", "'nix'"),
        (7, {}, "unknown_method", "'7'"),
        ("status", [], "bad_request", "must be an object"),
        ("status", {"x": 1}, "bad_request", "'x'; known are none"),
        ("tx.list", {"limit": "5"}, "bad_request", "limit must be int"),
        ("tx.list", {"limit": True}, "bad_request", "limit must be int"),
        ("tx.list", {"limit": False}, "bad_request", "limit must be int"),
        ("tx.list", {"limit": -1}, "bad_request", "between 0 and"),
        ("tx.list", {"limit": MAX_NUMBER + 1}, "bad_request", "between 0 and"),
        ("availability", {"operative": 1}, "bad_request", "operative must be bool"),
        ("var.get", {"name": 1}, "bad_request", "name must be str"),
    ],
)
def test_what_does_not_fit_is_named(method: Any, params: Any, code: str, named: str) -> None:
    with pytest.raises(ApiError) as caught:
        check(method, params)
    assert caught.value.code == code
    assert named in caught.value.message


def test_a_long_foreign_name_is_not_repeated_in_full() -> None:
    with pytest.raises(ApiError) as caught:
        check("x" * 10_000, {})
    assert len(caught.value.message) < 1000


async def _call(service: Service, method: str, **params: Any) -> Any:
    return await service.call(method, params)


def test_every_method_of_the_table_is_answered_even_without_an_agent() -> None:

    service = Service(lambda: None, NoLog(), "1", "/b.sock")
    for method in METHODS:
        if method == "log":
            assert asyncio.run(_call(service, method)) == []
        elif method == "bench":
            assert asyncio.run(_call(service, method)) == {"socket": "/b.sock"}
        else:
            with pytest.raises(ApiError) as caught:
                asyncio.run(_call(service, method))
            assert caught.value.code == "not_ready"


def test_an_unknown_level_is_refused() -> None:

    with pytest.raises(ApiError, match="level is one of"):
        asyncio.run(_call(Service(lambda: None, NoLog(), "1"), "log", level="loud"))
