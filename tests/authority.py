"""A certificate authority made anew for each test run, that only the tests trust."""

import functools
import ssl
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import trustme

EXPIRED = datetime(2020, 1, 1, tzinfo=UTC)


class Authority:
    """Signs certificates for servers on loopback."""

    def __init__(self) -> None:
        self._ca = trustme.CA()
        self._folder = tempfile.TemporaryDirectory()  # goes with the process

    @property
    def certificate(self) -> Path:
        """The authority's own certificate, for whoever is to trust it."""
        path = Path(self._folder.name) / "authority.pem"
        self._ca.cert_pem.write_to_path(str(path))
        return path

    def server(self, *names: str, not_after: datetime | None = None) -> ssl.SSLContext:
        """A server's side of TLS, with a certificate for these names or addresses."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*names, not_after=not_after).configure_cert(context)
        return context

    def files(self, folder: Path, *names: str) -> tuple[Path, Path]:
        """A certificate for these names and its key, as files for a server of another's making."""
        made = self._ca.issue_cert(*names)
        certificate, key = folder / "server.pem", folder / "server.key"
        certificate.write_bytes(b"".join(each.bytes() for each in made.cert_chain_pems))
        key.touch(mode=0o600)
        key.write_bytes(made.private_key_pem.bytes())
        return certificate, key

    def client(self) -> ssl.SSLContext:
        """A client's side that trusts this authority alone."""
        return ssl.create_default_context(cafile=str(self.certificate))


@functools.cache
def authority() -> Authority:
    """The authority of this run; making its keys takes a moment, so there is one."""
    return Authority()
