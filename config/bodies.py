"""Bodies of requests that arrive whole, or not at all.

When a connection breaks, Granian ends the stream as if that were all, and Django does not count: half a message would
be saved, half an export imported. A body sent in chunks cannot be counted; config.middleware.LengthRequired refuses it.
"""

import contextlib

LEFT_OVER = 64 * 1024 * 1024  # bytes of an unread body that are read after all


def whole(application):
    """The WSGI `application`, with bodies that are as long as they were said to be."""

    def with_whole_bodies(environ, start_response):
        length = environ.get("CONTENT_LENGTH") or ""
        if not length.isdecimal():
            return application(environ, start_response)
        environ["wsgi.input"] = body = Body(environ["wsgi.input"], int(length))
        response = application(environ, start_response)
        if "HTTP_EXPECT" not in environ:  # who asks first whether to send it hears the answer instead
            body.finish()
        return response

    return with_whole_bodies


class Body:
    def __init__(self, stream, length):
        self.stream, self.left = stream, length

    def read(self, size=-1):
        wanted = self.left if size < 0 else min(size, self.left)
        return self._count(self.stream.read(wanted), wanted)

    def readline(self, size=-1):
        wanted = self.left if size < 0 else min(size, self.left)
        line = self.stream.readline(wanted)
        return self._count(line, len(line) if line.endswith(b"\n") else wanted)

    def _count(self, data, wanted):
        self.left -= len(data)
        if len(data) < wanted:
            raise OSError("the connection broke before the whole body had come")
        return data

    def finish(self):
        """Hear the rest out, unless it is too much: where a server closes while it is spoken to, the browser shows a
        broken connection in place of the answer."""
        with contextlib.suppress(OSError):
            while 0 < self.left <= LEFT_OVER:
                self.read(65_536)
