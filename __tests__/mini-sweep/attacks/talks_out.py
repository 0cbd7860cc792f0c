"""Connects to sockets outside: in the temp folder, by an abstract name, over the network."""

import socket

PLACES = {
    "socket in the temp folder": (socket.AF_UNIX, OUTSIDE["socket"]),
    "abstract socket": (socket.AF_UNIX, "\0" + OUTSIDE["nonce"]),
    "loopback": (socket.AF_INET, ("127.0.0.1", OUTSIDE["port"])),
}


def attempt():
    through = []
    for name, (family, address) in PLACES.items():
        try:
            with socket.socket(family) as connection:
                connection.settimeout(2)
                connection.connect(address)
                through.append(name)
                connection.send(b"GET /attack/simple/ HTTP/1.0\r\n\r\n")
        except OSError:
            pass
    return through
