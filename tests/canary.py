"""Run in a network namespace of its own: forbidden addresses with a canary behind each.

Prints how many connections reached the one address that was opened, and how many the
others. Without a namespace it refuses to run, so nothing real is ever asked.
"""

from __future__ import annotations

import fcntl
import socket
import struct
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from monitor.adapters.poll import Poller
from monitor.adapters.poll.transfer import Limits
from monitor.config import NetworkSettings, PollSettings
from monitor.errors import PollError
from monitor.model import Feed, PollRequest, Problem

SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFADDR, IFF_UP = 0x8913, 0x8914, 0x8916, 1
OPENED = "10.9.9.10"
ADDRESSES = ("169.254.169.254", "10.9.9.9", "192.168.1.1", "100.100.100.200", OPENED)
WRITTEN = (
    "http://127.0.0.1/",
    "http://localhost/",
    "http://localhost./",
    "http://LOCALHOST/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://user@127.0.0.1/",
    "http://example.org@127.0.0.1/",
    "http://127.0.0.1\\@example.org/",
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[fec0::1]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25lo]/",
    "http://[fd00::1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.169.254:8080/",
    "http://169.254.169.254./",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://10.9.9.9/",
    "http://10.9.9.9:25/",
    "http://10.9.9.9:6379/",
    "http://10.592137/",
    "http://192.168.1.1/",
    "http://192.168.257/",
    "http://100.100.100.200/",
    "http://127.0.0.1:25/",
    "http://127.0.0.1:8080/",
    "https://127.0.0.1/",
    "https://169.254.169.254/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:25/x",
    "ftp://127.0.0.1/",
)
PORTS = (25, 80, 443, 6379, 8080)


def set_up_addresses() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for number, address in enumerate(("127.0.0.1", *ADDRESSES)):
            name = b"lo" if number == 0 else b"lo:%d" % number
            place = struct.pack("16sHH4s8x", name, socket.AF_INET, 0, socket.inet_aton(address))
            fcntl.ioctl(control, SIOCSIFADDR, place)
        asked = fcntl.ioctl(control, SIOCGIFFLAGS, struct.pack("16sh", b"lo", 0))
        flags = struct.unpack("16sh", asked)[1] | IFF_UP
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags))


class Canary:
    """Listens on every address of the namespace and counts who comes."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    def listen(self, port: int) -> None:
        server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
        threading.Thread(target=self._serve, args=(server,), daemon=True).start()

    def _serve(self, server: socket.socket) -> None:
        while True:
            connection, _ = server.accept()
            with connection:
                self.reached.append(connection.getsockname()[0].removeprefix("::ffff:"))
                connection.recv(4096)
                connection.sendall(
                    b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/\r\n"
                    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
                )


def main() -> int:
    if {name for _, name in socket.if_nameindex()} != {"lo"}:
        sys.stderr.write("not in a network namespace of its own\n")
        return 2
    set_up_addresses()
    canary = Canary()
    for port in PORTS:
        canary.listen(port)
    urls = [*WRITTEN, f"http://{OPENED}/"]
    requests = [PollRequest(Feed(number, url, "")) for number, url in enumerate(urls)]
    with Poller(
        poll=PollSettings(),
        network=NetworkSettings(allow=(OPENED,)),
        contact="",
        version="test",
        spacing_s=0.0,
        limits=Limits(connect_s=1, total_s=2),
    ) as poller:
        for request, answer in poller.poll(requests):
            if not isinstance(answer, PollError) or answer.kind != Problem.FORBIDDEN_ADDRESS:
                sys.stderr.write(f"{request.feed.url}: {answer}\n")
    opened = canary.reached.count(OPENED)
    sys.stdout.write(f"opened {opened}, forbidden {len(canary.reached) - opened}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
