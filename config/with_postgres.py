"""`python -m config.with_postgres COMMAND…`: run it with an embedded PostgreSQL under DATA_DIR, then stop the database.

For tests and checks: nothing it holds survives a power cut. Where DATABASE_URL is set there is nothing to start.
"""

import os
import signal
import subprocess
import sys

from config.preflight import Place, Refusal
from lib import postgres


def main(command):
    try:
        place = Place(os.environ)
        place.claim()
        place.ensure_keys()
        # Ctrl-C reaches the command too; we wait for it, then stop the database.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if place.database_url:
            sys.exit(run(command, place))
        else:
            with postgres.running(place.data_dir, postgres.FORGETFUL):
                sys.exit(run(command, place))
    except (Refusal, postgres.PostgresError) as refusal:
        sys.exit(f"parley: {refusal}")


def run(command, place):
    with subprocess.Popen(command, env=os.environ | {"DATA_DIR": str(place.data_dir)}) as child:
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                child.send_signal(signal.SIGINT)


if __name__ == "__main__":
    main(sys.argv[1:])
