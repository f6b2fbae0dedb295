"""The console listens on loopback, and says at once when it cannot."""

import pytest

from truceline.web.serve import ServeError, address, listen


def test_takes_a_free_port_on_loopback() -> None:
    with listen("127.0.0.1", 0) as listening:
        host, port = listening.getsockname()
        assert address(listening) == f"http://{host}:{port}/"


def test_a_busy_port_is_named() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=f"cannot listen on 127.0.0.1 port {port}: Address"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port", "error"),
    [
        ("127.0.0.1", 65_536, "port 65536 is outside 0..65535"),
        ("127.0.0.1", -1, "port -1 is outside"),
        ("192.0.2.1", 0, "cannot listen on 192.0.2.1 port 0"),
    ],
)
def test_refuses_what_is_no_address_of_this_machine(host: str, port: int, error: str) -> None:
    with pytest.raises(ServeError, match=error):
        listen(host, port)
