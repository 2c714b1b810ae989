"""A browser's HTTP with nothing around it: one kept-alive connection, requests made beforehand.

A comfortable client costs as much as the floors it would measure, and would flatter every ratio.
"""

import http.client
import socket
from urllib.parse import urlencode


class Unexpected(Exception):
    """The server's answer was none to be measured."""


class Client:
    """`cookies` and `headers` go with every request. Needs answers with a Content-Length; `download` does not."""

    def __init__(self, port, cookies=None, headers=None):
        self.port, self.cookies = port, "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
        self.headers = [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path):
        return self.send(self.request("GET", path))

    def post(self, path, fields, expected=303):
        return self.send(self.request("POST", path, urlencode(fields).encode()), expected)

    def request(self, method, path, body=b""):
        """The bytes of a request, to be sent as often as one likes."""
        head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Connection: keep-alive"]
        head += self.headers
        if self.cookies:
            head.append(f"Cookie: {self.cookies}")
        if method == "POST":
            head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join([*head, "", ""]).encode() + body

    def send(self, request, expected=200):
        """The body of the answer."""
        self.socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head = received[:end].lower()
        status, _, after = head.partition(b"content-length: ")
        if int(status[9:12]) != expected or not after:
            raise Unexpected(f"{request[:80].split(b' HTTP')[0].decode()}: {received[:600].decode(errors='replace')}")
        missing = int(after.split(b"\r", 1)[0]) + end + 4 - len(received)
        pieces = [received[end + 4 :]]
        while missing > 0:
            pieces.append(self._more())
            missing -= len(pieces[-1])
        return b"".join(pieces)

    def _more(self):
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise Unexpected("The server closed the connection.")
        return piece

    def download(self, path, fields):
        """How many bytes a streamed answer to a POST has."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        headers = {"Cookie": self.cookies, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, urlencode(fields, doseq=True), headers)
        answer = connection.getresponse()
        if answer.status != 200 or "ndjson" not in answer.headers["Content-Type"]:
            raise Unexpected(f"POST {path}: {answer.status} {answer.headers['Content-Type']}")
        size = 0
        while piece := answer.read(1 << 18):
            size += len(piece)
        connection.close()
        return size
