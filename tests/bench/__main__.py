"""`bin/bench [--full | --messages N] [--only SECTION]`: what operations cost, as ratios to floors of the same run.

Writes a Markdown table to standard output and to var/bench/results.md. A missed goal is printed, not an error.
"""

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import django

from config.preflight import MAIN, Refusal
from config.supervisor import Stop
from lib.postgres import PostgresError
from tests.bench import machine
from tests.bench.timing import table

QUICK, FULL = 100_000, 1_000_000
SECTIONS = ("storage", "history", "threads", "search", "append", "programs", "sharing", "delete", "export", "import")
SETTING_UP = time.monotonic()


def main():
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measures Parley against floors; see docs/speed.md.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_true", help=f"{FULL:,} messages; about ten minutes")
    size.add_argument("--messages", type=int, default=QUICK, metavar="N", help=f"that one user has; {QUICK:,}")
    only = f"of the table only this: {', '.join(SECTIONS)}; may be given several times"
    parser.add_argument("--only", action="append", choices=SECTIONS, metavar="SECTION", help=only)
    options = parser.parse_args()
    messages = FULL if options.full else options.messages
    if messages < 25_000:
        parser.error("--messages must be 25,000 or more: the long conversations of these measurements have as many.")
    try:
        with machine.running() as place:
            text = run(place, messages, options.only or SECTIONS)
    except Stop:
        sys.exit("parley: stopped")
    except (Refusal, PostgresError) as refusal:
        sys.exit(f"parley: {refusal}")
    Path(os.environ["DATA_DIR"], "results.md").write_text(text)
    sys.stdout.write(text)


def run(place, messages, wanted):
    django.setup()
    # Models exist from here on, and these modules are about models.
    from tests.bench import bulk, cast, corpus, pages, programs, sharing, stage, writing
    from tests.bench.client import Client

    words = corpus.Words()
    connection = place.connect()
    people = stage.set_up(connection, words, messages, tell)
    place.serve()

    # New connections for each section: the server closes those that were silent for half a minute.
    def web(user=people.reader):
        return cast.sign_in(user, place.port)

    def floor():
        return Client(place.floor_port)

    sections = {
        "storage": lambda: bulk.storage(connection),
        "history": lambda: pages.history_pages(web(), floor(), people, 150),
        "threads": lambda: pages.threads(web(), floor(), people, 100),
        "search": lambda: pages.search(web(), connection, people, 40),
        "append": lambda: [
            *writing.in_sql(connection, people, words, 400),
            *writing.through_http(web(), floor(), people, words, 200),
            *writing.by_many(place, people, words, 3),
        ],
        "programs": lambda: [
            *programs.reading(programs.Program(people.reader, place.port), floor(), people, 100),
            *programs.searching(programs.Program(people.reader, place.port), connection, people, 40),
            *programs.appending(place, programs.Program(people.reader, place.port), floor(), people, words, 200),
        ],
        "sharing": lambda: sharing.pages(place, people, 3),
        "delete": lambda: writing.deletion(web(people.importer), connection, people.doomed),
        "export": lambda: bulk.export(place, connection, web(people.operator)),
        "import": lambda: bulk.imports(place, connection, people.importer, words, min(messages // 5, 50_000)),
    }
    written = [f"# {messages:,} messages of one user, {datetime.now(UTC):%d %B %Y %H:%M} UTC\n"]
    for name in SECTIONS:
        if name in wanted:
            tell(name)
            written.append(f"## {name.capitalize()}\n\n{table(sections[name]())}")
    tell("done")
    return "\n".join(written)


def tell(what):
    sys.stderr.write(f"{time.monotonic() - SETTING_UP:6.0f} s  {what}\n")


if __name__ == "__main__":
    os.chdir(MAIN)
    main()
