"""Certificates for tests, made when they are needed: an authority of one's own and a server's signed by it."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Chain:
    """What a server needs to speak TLS, the file of the authority that vouches for it, and its own with the key."""

    context: ssl.SSLContext
    authority: Path
    own: Path


def loopback_certificate(directory: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server at 127.0.0.1 needs to speak TLS, and the file of the authority that vouches for it."""
    chain = certificate_for(directory, "127.0.0.1")
    return chain.context, chain.authority


def certificate_for(directory: Path, *names: str, days_left: int = 1, by_itself: bool = False) -> Chain:
    """A certificate for host names and addresses, which runs out in `days_left`, signed by an authority or `by_itself`.

    A certificate of a person is one, too.
    """
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("Harbour authority", authority_key, None, authority_key, (), 1)
    issuer, signing = (None, key) if by_itself else (authority.subject, authority_key)
    certificate = _certificate(names[0], key, issuer, signing, names, days_left)
    directory.mkdir(exist_ok=True)
    ca, own = directory / "authority.pem", directory / "server.pem"
    ca.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    own.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    return Chain(context, ca, own)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name | None,
    signing: ec.EllipticCurvePrivateKey,
    names: tuple[str, ...],
    days_left: int,
) -> x509.Certificate:
    """A certificate for `names`; without any an authority's, without an issuer signed by itself."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    key_identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=9))
        .not_valid_after(now + datetime.timedelta(days=days_left))
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
        .add_extension(key_identifier, critical=False)
        .add_extension(authority, critical=False)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_name(each) for each in names]), critical=False)
    return builder.sign(signing, hashes.SHA256())


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
