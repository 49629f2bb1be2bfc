"""TLS contexts per security profile, and TLS failures in plain words. The only file of the agent that imports ssl."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from agent.ocpp.endpoint import FailureKind, TlsFiles

# A00.FR.319: the ECDHE_ECDSA pair is what we want; the RSA pairs are there because many a CSMS has an RSA certificate,
# the ones without forward secrecy last. TLS 1.3 has suites of its own. Level 2 asks for 112 bits (A00.FR.501).
_CIPHERS = ":".join(
    (
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES256-GCM-SHA384",
        "AES128-GCM-SHA256",
        "AES256-GCM-SHA384",
        "@SECLEVEL=2",
    )
)
_CERTIFICATE_SUFFIXES = frozenset({".pem", ".crt", ".cer"})
_MAX_FILES = 500


class TlsFileError(Exception):
    """A certificate or key cannot be used. `key` is the setting it comes from: roots, certificate or key."""

    def __init__(self, key: str, path: str, problem: str, remedy: str) -> None:
        super().__init__(f"{path or key}: {problem}. {remedy}")
        self.key = key
        self.path = path
        self.problem = problem
        self.remedy = remedy


def client_context(security_profile: int, files: TlsFiles) -> ssl.SSLContext | None:
    """Make the context of a security profile, None for 0 and 1. Raises TlsFileError."""
    if security_profile < 2:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies chain and name, sends SNI
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # A00.FR.313, A00.FR.416
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION  # A00.FR.321
    context.set_ciphers(_CIPHERS)
    # A00.FR.309, A00.FR.412: the common name counts where the certificate has no alternative names.
    context.hostname_checks_common_name = True
    # What the operator made a root is one, also when another authority signed it (a new root cross-signed by the old).
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    _load_roots(context, files)
    if security_profile == 3:
        _load_identity(context, files)
    return context


class TlsContexts:
    """Contexts by their files, remade only when a file changed: the system's roots take a noticeable time to load."""

    def __init__(self) -> None:
        self._made: tuple[object, ssl.SSLContext | None] | None = None

    def get(self, security_profile: int, files: TlsFiles) -> ssl.SSLContext | None:
        """The context of a security profile. Raises TlsFileError."""
        mark = (security_profile, files, _fingerprint(files))
        if self._made is None or self._made[0] != mark:
            self._made = (mark, client_context(security_profile, files))
        return self._made[1]


def count_roots(files: TlsFiles) -> int:
    """How many root certificates are configured, each counted once and the system's not at all. Raises TlsFileError."""
    if not files.roots:
        return 0
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _load_roots(context, TlsFiles(files.roots))
    return context.cert_store_stats()["x509"]


def _fingerprint(files: TlsFiles) -> tuple[object, ...]:
    marks: list[object] = []
    for name in (*files.roots, files.certificate, files.key):
        for path in (Path(name), *(_folder(Path(name)) if name else ())):
            try:
                status = path.stat()
            except OSError:
                marks.append(None)
            else:
                marks.append((str(path), status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(marks)


def _folder(path: Path) -> list[Path]:
    """The certificate files of a folder, none for anything else."""
    try:
        return sorted(file for file in path.iterdir() if file.suffix.lower() in _CERTIFICATE_SUFFIXES)[:_MAX_FILES]
    except OSError:
        return []


def _load_roots(context: ssl.SSLContext, files: TlsFiles) -> None:
    for name in files.roots:
        path = Path(name)
        if path.is_dir():
            for file in _folder(path):
                _load_root(context, file)
        else:
            _load_root(context, path)
    if files.system_roots:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    elif context.cert_store_stats()["x509"] == 0:
        problem = "there is no root certificate to check the CSMS's certificate against"
        remedy = (
            "Name the file (PEM) of the root in `roots`, or trust the operating system's with `system_roots = true`"
        )
        raise TlsFileError("roots", ", ".join(files.roots), problem, remedy)


def _load_root(context: ssl.SSLContext, path: Path) -> None:
    _readable("roots", path)
    try:
        context.load_verify_locations(cafile=path)
    except ssl.SSLError as error:
        problem = f"is not a certificate that can be read ({_reason(error)})"
        remedy = "Give the root certificate in PEM form (it begins with -----BEGIN CERTIFICATE-----)"
        raise TlsFileError("roots", str(path), problem, remedy) from error


def _load_identity(context: ssl.SSLContext, files: TlsFiles) -> None:
    """Load the station's own certificate and key (A00.FR.401)."""
    for key, name in (("certificate", files.certificate), ("key", files.key)):
        if not name:
            raise TlsFileError(
                key, "", "security profile 3 needs the station's own certificate and key", f"Name the file in `{key}`"
            )
        _readable(key, Path(name))
    try:
        context.load_cert_chain(files.certificate, files.key, password=_no_passphrase)
    except _Encrypted:
        remedy = "Store the key without a passphrase, readable by the service only (mode 0600)"
        raise TlsFileError("key", files.key, "is protected by a passphrase", remedy) from None
    except ssl.SSLError as error:
        if "KEY_VALUES_MISMATCH" in _reason(error):
            problem, remedy = "does not belong to the certificate", f"Give the key of {files.certificate}"
            raise TlsFileError("key", files.key, problem, remedy) from error
        problem = f"certificate and key cannot be used ({_reason(error)})"
        remedy = "Both must be PEM files; the certificate's file begins with the station's own, then its chain"
        raise TlsFileError("certificate", files.certificate, problem, remedy) from error


class _Encrypted(Exception):
    pass


def _no_passphrase() -> str:
    raise _Encrypted


def _readable(key: str, path: Path) -> None:
    try:
        with path.open("rb"):
            return
    except FileNotFoundError:
        problem, remedy = "does not exist", "Correct the path, or put the file there"
    except PermissionError:
        problem, remedy = "may not be read by this user", f"Give user id {os.geteuid()} read permission"
    except OSError as error:
        problem, remedy = f"cannot be read ({error.strerror})", "Give a file in PEM form"
    raise TlsFileError(key, str(path), problem, remedy)


def _reason(error: ssl.SSLError) -> str:
    return str(error.reason or error.strerror or error)


# --- failures in plain words ---------------------------------------------------------------------------------------

_CLOCK = "or this station's clock is wrong"
# By X509_V_ERR code of OpenSSL.
_VERIFICATION = {
    9: f"the certificate of {{host}} is not valid yet, {_CLOCK}",
    10: f"the certificate of {{host}} has expired, {_CLOCK}",
    18: "{host} has a self-signed certificate that is not among the configured roots",
    19: "the root above the certificate of {host} is not among the configured roots",
    20: "the certificate of {host} was issued by an authority that is not among the configured roots, "
    "or the server does not send its intermediate certificate",
    21: "the certificate of {host} does not lead to one of the configured roots",
    23: "the certificate of {host} is revoked",
    24: "the certificate of {host} was issued by a certificate that may not issue any",
    26: "the certificate of {host} may not be used for a server",
    62: "the certificate is for another name than {host}",
    64: "the certificate is for another address than {host}",
    66: "the key of the certificate of {host} is too short (2048 bits of RSA or 224 of an elliptic curve at least)",
    67: "the key of an authority above {host} is too short",
    68: "an authority above {host} signed with a hash that is no longer safe",
}
# By fragments of OpenSSL's reason; the first that fits.
_REASONS = (
    ("WRONG_VERSION_NUMBER", FailureKind.TLS, "{host} does not speak TLS on this port"),
    ("HTTP_REQUEST", FailureKind.TLS, "{host} does not speak TLS on this port"),
    ("PROTOCOL_VERSION", FailureKind.TLS_VERSION, "{host} offers no TLS version from 1.2 on"),
    ("UNSUPPORTED_PROTOCOL", FailureKind.TLS_VERSION, "{host} offers no TLS version from 1.2 on"),
    ("VERSION_TOO_LOW", FailureKind.TLS_VERSION, "{host} offers no TLS version from 1.2 on"),
    ("HANDSHAKE_FAILURE", FailureKind.TLS_CIPHER, "{host} has no cipher suite in common with this station"),
    ("SHARED_CIPHER", FailureKind.TLS_CIPHER, "{host} has no cipher suite in common with this station"),
    ("WRONG_CIPHER", FailureKind.TLS_CIPHER, "{host} chose a cipher suite that is not allowed"),
    ("INSUFFICIENT_SECURITY", FailureKind.TLS_CIPHER, "{host} has no cipher suite in common with this station"),
    ("DH_KEY_TOO_SMALL", FailureKind.TLS_CIPHER, "{host} uses a key exchange that is too weak"),
    ("ALERT_CERTIFICATE_EXPIRED", FailureKind.TLS_CLIENT, "{host} says that this station's certificate has expired"),
    ("ALERT_CERTIFICATE_REVOKED", FailureKind.TLS_CLIENT, "{host} says that this station's certificate is revoked"),
    ("ALERT_UNKNOWN_CA", FailureKind.TLS_CLIENT, "{host} does not know who issued this station's certificate"),
    ("CERTIFICATE_REQUIRED", FailureKind.TLS_CLIENT, "{host} asks for a certificate of this station"),
    ("ALERT_BAD_CERTIFICATE", FailureKind.TLS_CLIENT, "{host} refuses this station's certificate"),
    ("ALERT_CERTIFICATE_UNKNOWN", FailureKind.TLS_CLIENT, "{host} refuses this station's certificate"),
    ("ALERT_ACCESS_DENIED", FailureKind.TLS_CLIENT, "{host} refuses this station's certificate"),
    ("UNRECOGNIZED_NAME", FailureKind.TLS, "{host} does not serve that name"),
)


def explain(error: BaseException | None, host: str) -> tuple[FailureKind, str] | None:
    """Say what a TLS failure means. None if `error` is none."""
    if isinstance(error, ssl.SSLCertVerificationError):
        text = _VERIFICATION.get(error.verify_code, "the certificate of {host} is not valid ({reason})")
        return FailureKind.TLS_CERTIFICATE, text.format(host=host, reason=error.verify_message)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return FailureKind.TLS, f"{host} ended the TLS connection without a word"
    if isinstance(error, ssl.SSLError):
        reason = _reason(error)
        for fragment, kind, text in _REASONS:
            if fragment in reason:
                return kind, text.format(host=host)
        return FailureKind.TLS, f"TLS with {host} failed ({reason})"
    return None
