"""`[csms]`: where the operator's backend is, and how the station is admitted there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, field
from pathlib import Path
from urllib.parse import urlsplit

from agent.daemon.config_error import ConfigError
from agent.daemon.config_tables import MAX_PATH, number, text
from agent.ocpp import tls
from agent.ocpp.endpoint import Endpoint, TlsFiles
from agent.secret import Secret
from agent.variables.datatypes import raw_secret
from hal.schema import SchemaError, build
from hal.value import frozen

TABLE = "csms"
DAY_S = 86_400
VERSIONS = ("ocpp2.0.1", "ocpp1.6")
_PASSWORD_KEYS = ("password", "password_hex", "password_file")
# A00.FR.205 of 2.0.1 with errata 2025-01; of the security whitepaper for 1.6.
_MIN_PASSWORD_BYTES = 16
_MAX_PASSWORD_BYTES = 64
_MAX_PASSWORD_FILE_BYTES = 1024

# Keys of this table that are another name for a variable of OCPPCommCtrlr.
_SHORTHANDS: dict[str, tuple[str, str]] = {
    "ping_interval_s": ("WebSocketPingInterval", ""),
    "retry_wait_minimum_s": ("RetryBackOffWaitMinimum", ""),
    "retry_random_range_s": ("RetryBackOffRandomRange", ""),
    "retry_repeat_times": ("RetryBackOffRepeatTimes", ""),
    "connection_attempts": ("NetworkProfileConnectionAttempts", ""),
    "message_timeout_s": ("MessageTimeout", "Default"),
}


@frozen
class CsmsTable:
    """The plain keys; the password's are read apart, so that no error shows them."""

    url: str = field(metadata={"min_length": 6, "max_length": 512})
    identity: str = text(48)  # the station's own unless given
    security_profile: int | None = number(None, 0, 3)
    protocols: tuple[str, ...] = field(default=(), metadata={"choices": VERSIONS, "max_items": len(VERSIONS)})
    roots: tuple[str, ...] = field(default=(), metadata={"min_length": 1, "max_length": MAX_PATH, "max_items": 32})
    system_roots: bool = False
    certificate: str = text(MAX_PATH)
    key: str = text(MAX_PATH)
    compression: bool = False
    open_timeout_s: int = number(30, 5, 300)
    pong_timeout_s: int = number(20, 2, 600)
    ping_interval_s: int | None = number(None, 0, DAY_S)
    retry_wait_minimum_s: int | None = number(None, 1, DAY_S)
    retry_random_range_s: int | None = number(None, 0, DAY_S)
    retry_repeat_times: int | None = number(None, 0, 16)
    connection_attempts: int | None = number(None, 1, 1000)
    message_timeout_s: int | None = number(None, 5, 600)


@frozen
class Csms:
    """The checked table.

    `endpoint` has the file's password and a default ping interval: what the registry of variables says about these two
    comes before them at run time. `variables` are rows for the loader of variables.
    """

    endpoint: Endpoint
    variables: tuple[Mapping[str, object], ...] = field(repr=False)  # one is the password
    warnings: tuple[str, ...] = ()


def read_csms(document: Mapping[str, object], file: Path, identity: str) -> Csms:
    """Check `[csms]` and the files that it names. Raises ConfigError and SchemaError."""
    given = document.get(TABLE)
    if not isinstance(given, dict):
        raise SchemaError(TABLE, "", MISSING, "there is no table [csms]", 'write [csms] with url = "wss://…"')
    plain = {key: value for key, value in given.items() if key not in _PASSWORD_KEYS}
    table = build(CsmsTable, plain, TABLE)
    password, warnings = _Password(file, given).read()
    secure = _check_url(table.url)
    profile = _security_profile(table, secure, has_password=password is not None or _written_elsewhere(document))
    endpoint = Endpoint(
        url=table.url,
        identity=_identity(table.identity or identity, profile),
        security_profile=profile,
        password=password,
        subprotocols=_protocols(table, profile),
        tls=TlsFiles(
            tuple(_path(root, file) for root in table.roots),
            table.system_roots,
            _path(table.certificate, file),
            _path(table.key, file),
        ),
        pong_timeout_ms=table.pong_timeout_s * 1000,
        open_timeout_ms=table.open_timeout_s * 1000,
        compression=table.compression,
    )
    try:
        tls.client_context(profile, endpoint.tls)
    except tls.TlsFileError as error:
        raise ConfigError.of_tls(error, str(file)) from None
    return Csms(endpoint, tuple(_rows(table, password, document)), warnings)


def _check_url(url: str) -> bool:
    """Whether the address is one of TLS. Raises SchemaError if it is none at all."""
    remedy = 'write "ws://HOST[:PORT]/PATH" or "wss://…", without the identity: it is appended'
    shown = MISSING if "@" in url else url  # before an @ may stand a password
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        raise SchemaError(TABLE, "url", shown, "is not an address", remedy) from None
    if parts.scheme not in ("ws", "wss") or not parts.hostname or not port_fits:
        raise SchemaError(TABLE, "url", shown, "is not the address of a WebSocket", remedy)
    if parts.username is not None or parts.password is not None:
        problem = "holds a user name or password"
        raise SchemaError(TABLE, "url", MISSING, problem, "leave them out: identity and password are sent")
    if parts.fragment or not url.isascii() or not url.isprintable() or " " in url:
        raise SchemaError(TABLE, "url", shown, "holds a fragment, a space or a character beyond ASCII", remedy)
    return parts.scheme == "wss"


def _written_elsewhere(document: Mapping[str, object]) -> bool:
    """Whether the password stands among the variables or the 1.6 keys; the registry reads it there."""
    variables, keys, rows = (document.get(name) for name in ("variables", "ocpp16", "variable"))
    security = variables.get("SecurityCtrlr") if isinstance(variables, dict) else None
    named = [row.get("variable") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return (
        (isinstance(security, dict) and "BasicAuthPassword" in security)
        or (isinstance(keys, dict) and "AuthorizationKey" in keys)
        or "BasicAuthPassword" in named
        or (
            isinstance(rows, list)
            and any(isinstance(r, dict) and r.get("variable") == "BasicAuthPassword" for r in rows)
        )
    )


def _security_profile(table: CsmsTable, secure: bool, *, has_password: bool) -> int:
    """The profile that is written, or the one that address, password and certificate make."""
    profile = table.security_profile
    if profile is None:
        profile = (3 if table.certificate else 2) if secure else (1 if has_password else 0)
    if secure != (profile >= 2):
        remedy = f'write a url that begins with "{"wss" if profile >= 2 else "ws"}://"'
        problem = f"does not fit {'wss' if secure else 'ws'}://: profiles 2 and 3 are TLS, 0 and 1 are not"
        raise SchemaError(TABLE, "security_profile", profile, problem, remedy)
    if profile in (1, 2) and not has_password:
        problem = f"security profile {profile} needs a password"
        raise SchemaError(TABLE, "password", MISSING, problem, "write password, password_hex or password_file")
    if profile == 0 and has_password:
        problem = "security profile 0 sends no password"
        raise SchemaError(TABLE, "security_profile", profile, problem, "write security_profile = 1")
    return profile


def _protocols(table: CsmsTable, profile: int) -> tuple[str, ...]:
    if profile > 0:
        return table.protocols or VERSIONS
    # Profile 0 is no profile of 2.x, which begins at 1.
    if any(name != "ocpp1.6" for name in table.protocols):
        remedy = 'write protocols = ["ocpp1.6"], or a password for security profile 1'
        raise SchemaError(TABLE, "protocols", list(table.protocols), "needs a security profile from 1 on", remedy)
    return ("ocpp1.6",)


def _identity(identity: str, profile: int) -> str:
    if ":" in identity and profile in (1, 2):  # A00.FR.204
        problem = "holds a colon, which ends the user name in basic authentication"
        raise SchemaError(TABLE, "identity", identity, problem, "use an identity without a colon")
    return identity


def _path(name: str, file: Path) -> str:
    """A path of the file: relative ones begin at the folder of the file."""
    return str(file.parent / name) if name else ""


def _rows(table: CsmsTable, password: Secret | None, document: Mapping[str, object]) -> list[Mapping[str, object]]:
    rows: list[Mapping[str, object]] = []
    for key, (variable, instance) in _SHORTHANDS.items():
        value = getattr(table, key)
        if value is None:
            continue
        _check_twice(document, "OCPPCommCtrlr", f"{variable}[{instance}]" if instance else variable, key)
        rows.append({"component": "OCPPCommCtrlr", "variable": variable, "instance": instance, "value": value})
    if password is not None:
        _check_twice(document, "SecurityCtrlr", "BasicAuthPassword", "password")
        value = raw_secret(password.reveal())
        rows.append({"component": "SecurityCtrlr", "variable": "BasicAuthPassword", "value": value})
    return rows


def _check_twice(document: Mapping[str, object], component: str, variable: str, key: str) -> None:
    variables = document.get("variables")
    table = variables.get(component) if isinstance(variables, dict) else None
    if isinstance(table, dict) and variable in table:
        problem = f"is the same as [variables.{component}] {variable}"
        raise SchemaError(TABLE, key, MISSING, problem, "keep one of them")


class _Password:
    """Reads whichever of the password's keys is there. Its errors show none of it."""

    def __init__(self, file: Path, table: Mapping[str, object]) -> None:
        self._file = file
        self._table = table

    def read(self) -> tuple[Secret | None, tuple[str, ...]]:
        """The password, None if there is none, and what is worth a warning."""
        given = [key for key in _PASSWORD_KEYS if key in self._table]
        if not given:
            return None, ()
        if len(given) > 1:
            raise self._error(given[1], f"there is {given[0]} already", "keep one of them")
        [key] = given
        value = self._table[key]
        if not isinstance(value, str):
            raise self._error(key, "a string is needed", f'write {key} = "…"')
        warnings: tuple[str, ...] = ()
        if key == "password_hex":
            try:
                secret = Secret.from_hex(value)
            except ValueError as error:
                raise self._error(key, str(error), "write two digits for each byte, or use password") from None
        elif key == "password_file":
            secret, warnings = self._from_file(value)
        else:
            secret = Secret(value)
        if not _MIN_PASSWORD_BYTES <= len(secret) <= _MAX_PASSWORD_BYTES:
            remedy = f"use {_MIN_PASSWORD_BYTES} to {_MAX_PASSWORD_BYTES} bytes"
            raise self._error(key, f"the password has {len(secret)} bytes", remedy)
        return secret, warnings

    def _from_file(self, name: str) -> tuple[Secret, tuple[str, ...]]:
        path = Path(_path(name, self._file))
        try:
            with path.open("rb") as stream:
                content = stream.read(_MAX_PASSWORD_FILE_BYTES).rstrip(b"\r\n")
            open_to_all = path.stat().st_mode & 0o004
        except OSError as error:
            problem = f"{path} cannot be read: {error.strerror or error}"
            raise self._error(
                "password_file", problem, "correct the path, or give the service read permission"
            ) from None
        warning = f"{path}: everyone on this machine may read the password; chmod o-r it"
        return Secret(content), (warning,) if open_to_all else ()

    def _error(self, key: str, problem: str, remedy: str) -> ConfigError:
        return ConfigError(str(self._file), TABLE, key, MISSING, problem=problem, remedy=remedy)
