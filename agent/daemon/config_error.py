"""The one error that a wrong configuration is told with."""

from __future__ import annotations

from dataclasses import MISSING

from agent.ocpp.tls import TlsFileError
from agent.secret import MASK
from agent.variables.file import ConfigurationError
from hal.board import BoardError
from hal.schema import SchemaError, printable, show

EX_CONFIG = 78  # sysexits.h; the service manager does not start such a station again

_SECRET_WORDS = ("pass", "secret", "auth", "token", "cred", "psswor", "pasw", "pwd", "pw")


class ConfigError(Exception):
    """The configuration cannot be used: file, table, key, value, what is wrong with it and what to do.

    `value` is `MISSING` where there is none to show. A value whose key looks like that of a secret is never shown, so
    that a misspelt `pasword` does not put the password into the journal.
    """

    def __init__(self, file: str, table: str, key: str, value: object, *, problem: str, remedy: str) -> None:
        self.file = file
        self.table = table
        self.key = key
        self.value = MASK if value is not MISSING and _looks_secret(key) else value
        self.problem = problem
        self.remedy = remedy
        shown = "" if self.value is MISSING else f" = {show(self.value)}"
        named = f"{key}{shown}: " if key else ""
        where = f"{file}: [{table}] " if table else f"{file}: "
        super().__init__(printable(f"{where}{named}{problem}; {remedy}" if remedy else f"{where}{named}{problem}"))

    @classmethod
    def of(cls, error: SchemaError | BoardError | ConfigurationError, file: str) -> ConfigError:
        """The same error as another part of the project tells it. `file` counts where that part does not know it."""
        if isinstance(error, BoardError):
            cause = error.__cause__ or error.__context__
            problem = cause.problem if isinstance(cause, SchemaError) else "is wrong"
            return cls(error.file, error.table, error.key, error.value, problem=problem, remedy=error.remedy)
        if isinstance(error, ConfigurationError):
            return cls(error.file, error.table, error.key, MISSING, problem=error.why, remedy=error.remedy)
        return cls(file, error.table, error.key, error.value, problem=error.problem, remedy=error.remedy)

    @classmethod
    def of_tls(cls, error: TlsFileError, file: str) -> ConfigError:
        """A certificate or key that cannot be used."""
        return cls(file, "csms", error.key, error.path or MISSING, problem=error.problem, remedy=error.remedy)


def _looks_secret(key: str) -> bool:
    folded = key.lower()
    return any(word in folded for word in _SECRET_WORDS)
