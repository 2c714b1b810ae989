"""`python -m config.serve [--dev]`, which is what bin/run runs: database, web and worker, until Ctrl-C.

Exit code 0 after Ctrl-C or SIGTERM, 1 with one sentence when something forbids the start.
"""

import argparse
import os
import subprocess
import sys
import urllib.error
import urllib.request

from config.preflight import MAIN, Place, Refusal, say
from config.supervisor import Program, Service, Stop, Supervisor
from lib.postgres import SETTINGS, PostgresError, Server

PYTHON = sys.executable


def main():
    parser = argparse.ArgumentParser(
        prog="bin/run", description="Start Parley. Settings come from the environment; docs/self-hosting.md lists them."
    )
    parser.add_argument("--dev", action="store_true", help="debug pages, and a web server that reloads changed code")
    options = parser.parse_args()
    try:
        place = Place(os.environ)
        place.claim()
        with Supervisor() as supervisor:
            serve(supervisor, place, dev=options.dev)
    except Stop:
        say("stopped")
    except (Refusal, PostgresError) as refusal:
        sys.exit(f"parley: {refusal}")


def serve(supervisor, place, dev):
    address = place.check_port()
    place.ensure_keys()
    environment = _environment(place, dev)
    if not place.database_url:
        supervisor.start(Database(place.data_dir))
    code, sign_in = supervisor.run(
        Program("Preparation", [PYTHON, "-m", "config.prepare"], 10, env=environment, stdout=subprocess.PIPE, text=True)
    )
    if code != 0:
        sys.exit(1)  # it has said why
    supervisor.start(Program("The worker", [PYTHON, "manage.py", "work"], 20, env=environment))
    # Granian loses a SIGTERM that meets one of its workers between loading and serving.
    web = Program("The web server", _web(address, place.port, dev), 15, insist=True, env=environment)
    supervisor.start(web)
    _wait_until_it_answers(supervisor, web, place)
    _welcome(place, sign_in)
    supervisor.keep_running()


class Database(Service):
    name = "The database"

    def __init__(self, data_dir):
        memory = os.environ.get("PARLEY_SHARED_BUFFERS") or SETTINGS["shared_buffers"]
        self.server = Server(data_dir, {"shared_buffers": memory})

    def start(self):
        self.popen = self.server.start()

    def stop(self):
        self.server.stop()
        self.popen = None


def _environment(place, dev):
    """For the children: what was decided here, so that they cannot read it differently."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATA_DIR": str(place.data_dir),
        "HOST": place.host,
        "PORT": str(place.port),
        "PARLEY_THREADS": str(place.threads),
        "PYTHONUNBUFFERED": "1",
        **({"PARLEY_DEV": "1"} if dev else {}),
    }


def _web(address, port, dev):
    if dev:
        host = f"[{address}]" if ":" in address else address
        return [PYTHON, "manage.py", "runserver", "--skip-checks", f"{host}:{port}"]
    else:
        return [PYTHON, "-m", "config.web", address, str(port)]


def _wait_until_it_answers(supervisor, web, place):
    """The address is printed when it works, not before."""
    request = urllib.request.Request(f"{place.origin}/healthz", headers={"Host": "localhost"})  # noqa: S310
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy would be asked for loopback too
    while True:
        try:
            with opener.open(request, timeout=1):
                return
        except urllib.error.HTTPError:
            return  # it answers, and its log says what it does not like
        except OSError:
            supervisor.pause(0.1)
            web.revive()


def _welcome(place, sign_in):
    lines = [f"Parley is running at {place.origin}", *sign_in.splitlines(), "Press Ctrl-C to stop."]
    print("\n" + "".join(f"  {line}\n" for line in lines), flush=True)  # noqa: T201


if __name__ == "__main__":
    os.chdir(MAIN)
    main()
