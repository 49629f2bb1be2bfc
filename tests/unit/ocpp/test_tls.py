"""TLS contexts: what they ask for, and every way in which their files can be wrong."""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from agent.ocpp.endpoint import FailureKind, TlsFiles
from agent.ocpp.tls import TlsContexts, TlsFileError, client_context, explain


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def root(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "root.pem"
    authority.cert_pem.write_to_path(path)
    return path


def handshake(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> ssl.SSLObject:
    """A TLS handshake in memory. Raises what the client raises."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(to_client, to_server, server_hostname=name)
    there = server.wrap_bio(to_server, to_client, server_side=True)
    done = False
    for _ in range(10):
        try:
            here.do_handshake()
            done = True
        except ssl.SSLWantReadError:
            pass
        try:
            there.do_handshake()
            if done:
                return here
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            if not done:
                here.do_handshake()  # meets the server's alert
            raise
    raise AssertionError("the handshake does not end")


def server(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def made(profile: int, files: TlsFiles) -> ssl.SSLContext:
    context = client_context(profile, files)
    assert context is not None
    return context


@pytest.mark.parametrize("profile", [0, 1])
def test_no_context_without_tls(profile: int) -> None:
    assert client_context(profile, TlsFiles()) is None


def test_a_certificate_of_a_configured_root_is_accepted(authority: trustme.CA, root: Path) -> None:
    tls = handshake(made(2, TlsFiles((str(root),))), server(authority.issue_cert("csms.example")), "csms.example")
    assert tls.version() == "TLSv1.3"
    assert tls.compression() is None  # A00.FR.321


def test_roots_from_a_folder(authority: trustme.CA, root: Path) -> None:
    (root.parent / "notes.txt").write_text("not a certificate")
    context = made(2, TlsFiles((str(root.parent),)))
    handshake(context, server(authority.issue_cert("csms.example")), "csms.example")
    assert context.cert_store_stats()["x509"] == 1


def test_no_other_root_is_trusted_unless_asked_for(root: Path) -> None:
    assert made(2, TlsFiles((str(root),))).cert_store_stats()["x509"] == 1
    assert made(2, TlsFiles((str(root), str(root)))).cert_store_stats()["x509"] == 1
    assert client_context(2, TlsFiles(system_roots=True)) is not None


def test_an_intermediate_that_was_made_a_root_is_one(authority: trustme.CA, tmp_path: Path) -> None:
    child = authority.create_child_ca()
    path = tmp_path / "child.pem"
    child.cert_pem.write_to_path(path)
    handshake(made(2, TlsFiles((str(path),))), server(child.issue_cert("csms.example")), "csms.example")


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"])
def test_the_cipher_suites_of_the_specification_on_tls_1_2(suite: str, authority: trustme.CA, root: Path) -> None:
    """A00.FR.319; trustme's keys are elliptic curves."""
    there = server(authority.issue_cert("csms.example"))
    there.maximum_version = ssl.TLSVersion.TLSv1_2
    there.set_ciphers(suite)
    tls = handshake(made(2, TlsFiles((str(root),))), there, "csms.example")
    cipher = tls.cipher()
    assert cipher is not None
    assert cipher[0] == suite


@pytest.mark.parametrize("suite", ["AES128-GCM-SHA256", "AES256-GCM-SHA384"])
def test_the_rsa_suites_of_the_specification(suite: str) -> None:
    authority = trustme.CA(key_type=trustme.KeyType.RSA)
    there = server(authority.issue_cert("csms.example", key_type=trustme.KeyType.RSA))
    there.maximum_version = ssl.TLSVersion.TLSv1_2
    there.set_ciphers(suite)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    context.set_ciphers(":".join(c["name"] for c in made(2, TlsFiles(system_roots=True)).get_ciphers()))
    cipher = handshake(context, there, "csms.example").cipher()
    assert cipher is not None
    assert cipher[0] == suite


def test_only_authenticated_encryption_is_offered(root: Path) -> None:
    ciphers = made(2, TlsFiles((str(root),))).get_ciphers()
    assert all(cipher["aead"] for cipher in ciphers)
    assert {cipher["protocol"] for cipher in ciphers} == {"TLSv1.2", "TLSv1.3"}


def failure(client: ssl.SSLContext, there: ssl.SSLContext, name: str = "csms.example") -> tuple[FailureKind, str]:
    with pytest.raises(ssl.SSLError) as raised:
        handshake(client, there, name)
    explained = explain(raised.value, f"{name}:443")
    assert explained is not None
    return explained


def test_an_unknown_root(root: Path) -> None:
    kind, why = failure(made(2, TlsFiles((str(root),))), server(trustme.CA().issue_cert("csms.example")))
    assert kind is FailureKind.TLS_CERTIFICATE
    assert "not among the configured roots" in why


def test_another_name(authority: trustme.CA, root: Path) -> None:
    context = made(2, TlsFiles((str(root),)))
    kind, why = failure(context, server(authority.issue_cert("other.example")))
    assert (kind, why) == (FailureKind.TLS_CERTIFICATE, "the certificate is for another name than csms.example:443")
    kind, why = failure(context, server(authority.issue_cert("csms.example")), "127.0.0.1")
    assert "another address" in why


@pytest.mark.parametrize(("begins", "ends", "words"), [(-2, -1, "has expired"), (1, 2, "is not valid yet")])
def test_out_of_its_time(begins: int, ends: int, words: str, authority: trustme.CA, root: Path) -> None:
    now = datetime.now(UTC)
    leaf = authority.issue_cert(
        "csms.example", not_before=now + timedelta(days=begins), not_after=now + timedelta(days=ends)
    )
    kind, why = failure(made(2, TlsFiles((str(root),))), server(leaf))
    assert kind is FailureKind.TLS_CERTIFICATE
    assert words in why
    assert "clock" in why


def test_a_common_name_counts_without_alternative_names(tmp_path: Path) -> None:
    """A00.FR.309 and A00.FR.511: OCPP's certificates have the name there."""

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    now = datetime.now(UTC)
    issuer, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def issue(subject: str, key: ec.EllipticCurvePrivateKey, ca: bool) -> bytes:
        builder = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name("root"))
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        return builder.sign(issuer, hashes.SHA256()).public_bytes(Encoding.PEM)

    (tmp_path / "root.pem").write_bytes(issue("root", issuer, ca=True))
    pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "leaf.pem").write_bytes(issue("csms.example", own, ca=False) + pem)
    there = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    there.load_cert_chain(tmp_path / "leaf.pem")
    context = made(2, TlsFiles((str(tmp_path / "root.pem"),)))
    handshake(context, there, "csms.example")
    assert failure(context, there, "other.example")[0] is FailureKind.TLS_CERTIFICATE


def test_no_cipher_suite_in_common(authority: trustme.CA, root: Path) -> None:
    there = server(authority.issue_cert("csms.example"))
    there.maximum_version = ssl.TLSVersion.TLSv1_2
    there.set_ciphers("ECDHE-ECDSA-AES128-SHA256")
    assert failure(made(2, TlsFiles((str(root),))), there)[0] is FailureKind.TLS_CIPHER


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_too_old_a_version(authority: trustme.CA, root: Path) -> None:
    there = server(authority.issue_cert("csms.example"))
    there.minimum_version = ssl.TLSVersion.TLSv1
    there.maximum_version = ssl.TLSVersion.TLSv1_1
    there.set_ciphers("ALL:@SECLEVEL=0")
    assert failure(made(2, TlsFiles((str(root),))), there)[0] is FailureKind.TLS_VERSION


# --- the station's own certificate ---------------------------------------------------------------------------------


@pytest.fixture
def identity(authority: trustme.CA, root: Path, tmp_path: Path) -> TlsFiles:
    leaf = authority.issue_cert("CS001")
    certificate, key = tmp_path / "station.pem", tmp_path / "station.key"
    leaf.cert_chain_pems[0].write_to_path(certificate)
    leaf.private_key_pem.write_to_path(key)
    return TlsFiles((str(root),), certificate=str(certificate), key=str(key))


def test_profile_3_shows_the_station_s_certificate(authority: trustme.CA, identity: TlsFiles) -> None:
    there = server(authority.issue_cert("csms.example"))
    there.verify_mode = ssl.CERT_REQUIRED
    there.maximum_version = ssl.TLSVersion.TLSv1_2  # the refusal is part of the handshake
    authority.configure_trust(there)
    handshake(made(3, identity), there, "csms.example")
    with pytest.raises(ssl.SSLError):
        handshake(made(2, identity), there, "csms.example")


def replaced(files: TlsFiles, **change: str) -> TlsFiles:
    return TlsFiles(files.roots, False, change.get("certificate", files.certificate), change.get("key", files.key))


@pytest.mark.parametrize("missing", ["certificate", "key"])
def test_profile_3_needs_both_files(missing: str, identity: TlsFiles) -> None:
    with pytest.raises(TlsFileError, match="security profile 3 needs") as raised:
        client_context(3, replaced(identity, **{missing: ""}))
    assert raised.value.key == missing


def test_a_key_of_another_certificate(identity: TlsFiles) -> None:
    trustme.CA().issue_cert("x").private_key_pem.write_to_path(identity.key)
    with pytest.raises(TlsFileError, match="does not belong to the certificate") as raised:
        client_context(3, identity)
    assert (raised.value.key, raised.value.path) == ("key", identity.key)


def test_a_key_with_a_passphrase(identity: TlsFiles) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    Path(identity.key).write_bytes(pem)
    with pytest.raises(TlsFileError, match="passphrase"):
        client_context(3, identity)


def test_a_certificate_that_is_none(identity: TlsFiles) -> None:
    Path(identity.certificate).write_text("hello")
    with pytest.raises(TlsFileError, match="cannot be used") as raised:
        client_context(3, identity)
    assert raised.value.key == "certificate"


# --- unusable roots ------------------------------------------------------------------------------------------------


def test_no_root_at_all(tmp_path: Path) -> None:
    for roots in ((), (str(tmp_path),)):
        with pytest.raises(TlsFileError, match="no root certificate") as raised:
            client_context(2, TlsFiles(roots))
        assert "system_roots" in raised.value.remedy


def test_a_root_that_is_missing_garbage_or_a_device(tmp_path: Path) -> None:
    (tmp_path / "garbage.pem").write_text("-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, words in (
        ("none.pem", "does not exist"),
        ("garbage.pem", "not a certificate that can be read"),
        ("loop", "cannot be read"),
    ):
        with pytest.raises(TlsFileError, match=words) as raised:
            client_context(2, TlsFiles((str(tmp_path / name),)))
        assert raised.value.path == str(tmp_path / name)
        assert raised.value.key == "roots"
        assert raised.value.remedy


def test_a_root_that_may_not_be_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)  # file modes do not bind root, under whom tests may run
    with pytest.raises(TlsFileError, match="may not be read") as raised:
        client_context(2, TlsFiles((str(root),)))
    assert str(os.geteuid()) in raised.value.remedy


# --- contexts kept -------------------------------------------------------------------------------------------------


def test_a_context_is_kept_until_a_file_changes(root: Path) -> None:
    contexts, files = TlsContexts(), TlsFiles((str(root.parent),))
    first = contexts.get(2, files)
    assert contexts.get(2, files) is first
    trustme.CA().cert_pem.write_to_path(root.parent / "second.pem")
    second = contexts.get(2, files)
    assert second is not first
    assert second is not None
    assert second.cert_store_stats()["x509"] == 2
    trustme.CA().cert_pem.write_to_path(root.parent / "second.pem")
    assert contexts.get(2, files) is not second
    assert contexts.get(0, files) is None


def test_a_root_that_vanishes_is_noticed(root: Path) -> None:
    contexts, files = TlsContexts(), TlsFiles((str(root),))
    contexts.get(2, files)
    root.unlink()
    with pytest.raises(TlsFileError, match="does not exist"):
        contexts.get(2, files)


# --- words ---------------------------------------------------------------------------------------------------------


def ssl_error(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("WRONG_VERSION_NUMBER", FailureKind.TLS),
        ("TLSV1_ALERT_PROTOCOL_VERSION", FailureKind.TLS_VERSION),
        ("UNSUPPORTED_PROTOCOL", FailureKind.TLS_VERSION),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", FailureKind.TLS_CIPHER),
        ("TLSV1_ALERT_UNKNOWN_CA", FailureKind.TLS_CLIENT),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", FailureKind.TLS_CLIENT),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", FailureKind.TLS_CLIENT),
        ("SOMETHING_NEW", FailureKind.TLS),
    ],
)
def test_reasons_of_openssl(reason: str, kind: FailureKind) -> None:
    explained = explain(ssl_error(reason), "h:443")
    assert explained is not None
    assert explained[0] is kind
    assert "h:443" in explained[1]


def test_other_errors() -> None:
    explained = explain(ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), "h:443")
    assert explained == (FailureKind.TLS, "h:443 ended the TLS connection without a word")
    unknown = ssl.SSLCertVerificationError(1, "x")
    unknown.verify_code, unknown.verify_message = 999, "odd {braces}"
    assert explain(unknown, "h") == (FailureKind.TLS_CERTIFICATE, "the certificate of h is not valid (odd {braces})")
    assert explain(OSError(1, "x"), "h") is None
    assert explain(None, "h") is None
