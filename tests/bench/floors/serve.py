"""`python -m tests.bench.floors.serve PORT`: the floors behind the same server, with as many processes and threads."""

import os
import sys
import threading
from urllib.parse import parse_qsl

import psycopg
from django.conf import settings
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from lib import postgres
from tests.bench.floors import append, history, listing, shared, thread

ANSWERS = {
    "/history": history.answer,
    "/thread": thread.answer,
    "/append": append.answer,
    "/listing": listing.answer,
    "/shared": shared.answer,
}
of_this_thread = threading.local()


def connect():
    at = str(postgres.socket_dir(os.environ["DATA_DIR"]))
    # Prepared at the first execution: a floor plans nothing twice.
    return psycopg.connect(host=at, user=postgres.USER, dbname=postgres.DATABASE, autocommit=True, prepare_threshold=0)


def application(environ, start_response):
    if not hasattr(of_this_thread, "connection"):
        of_this_thread.connection = connect()
    answer = ANSWERS[environ["PATH_INFO"]]
    body = answer(of_this_thread.connection, dict(parse_qsl(environ["QUERY_STRING"])), environ["wsgi.input"])
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
    return [body]


if __name__ == "__main__":
    server = {"interface": Interfaces.WSGI, "workers": settings.WORKERS, "blocking_threads": settings.THREADS}
    Granian("tests.bench.floors.serve:application", port=int(sys.argv[1]), log_level=LogLevels.error, **server).serve()
