"""`bin/screenshots [NAME…]`: every page in every state, as pictures, and a list of what is wrong with them.

With names, only pages whose URL's name or state has one of them in it: `bin/screenshots search "no title" --width 375`.
`--docs` makes the pictures of README and docs instead. Needs a database of its own: bin/screenshots brings one.
"""

import argparse
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from os import environ
from threading import Event

import django
from django.core.management import call_command
from playwright.sync_api import sync_playwright

from config.preflight import MAIN
from config.supervisor import Program, Stop, Supervisor
from tests.bench.machine import PYTHON, answers, free_port

FOLDER = MAIN / "var" / "screenshots"
DOCS = MAIN / "docs" / "images"
EYES = 2  # browsers at a time


def main():
    parser = argparse.ArgumentParser(prog="bin/screenshots", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="a part of a page's name or of its state")
    parser.add_argument("--docs", action="store_true", help="make those that are kept: docs/images, static/img")
    parser.add_argument("--width", type=int, action="append", help="375, 768, 1280 or 1920; all of them without it")
    options = parser.parse_args()
    django.setup()
    # Models exist from here on, and these modules are about models.
    from tests.screenshots import pages, stage

    for command in (["migrate"], ["createcachetable"], ["collectstatic", "--no-input"]):
        call_command(*command, verbosity=0)
    cast = stage.set_up()
    try:
        with served() as origin:
            if options.docs:
                picture_docs(origin, cast, pages.of_docs(cast))
            else:
                wanted = [shot for shot in pages.shots(cast) if matches(shot, options.names)]
                sys.exit(picture_all(origin, cast, wanted, options.width))
    except Stop:
        sys.exit("bin/screenshots: stopped")


@contextmanager
def served():
    """The production web server on a free port; where."""
    port = free_port()
    command = [PYTHON, "-m", "config.web", "127.0.0.1", str(port)]
    with Supervisor() as supervisor:
        supervisor.start(Program("The web server", command, 15, insist=True, env=environ | {"PORT": str(port)}))
        while not answers(port):
            supervisor.pause(0.1)
        yield f"http://127.0.0.1:{port}"


def matches(shot, names):
    return not names or any(name in f"{shot.name} {shot.state}" for name in names)


def picture_all(origin, cast, shots, widths):
    """Writes pictures and album; returns the exit code."""
    from tests.screenshots import album

    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    taken, faults, stopping = [], [], Event()
    parts = [shots[eye::EYES] for eye in range(EYES)]
    with ThreadPoolExecutor(EYES) as eyes:
        try:
            for seen, wrong in eyes.map(lambda part: look_at(origin, cast, part, widths, stopping), parts):
                taken += seen
                faults += wrong
        finally:
            stopping.set()
    album.write(FOLDER, sorted(taken, key=lambda picture: shots.index(picture[0])), faults)
    sys.stderr.write(f"{len(taken)} pictures of {len(shots)} states, {len(faults)} faults: {FOLDER}/index.html\n")
    return 1 if faults else 0


def picture_docs(origin, cast, pictures):
    from tests.screenshots import card
    from tests.screenshots.camera import Camera

    with opened_browser() as browser:
        camera = Camera(browser, origin, cast.sessions, DOCS)
        for name, (shot, theme) in pictures.items():
            camera.take_one(shot, theme, DOCS / name)
        card.draw(browser, origin)


def look_at(origin, cast, shots, widths, stopping):
    from tests.screenshots.camera import Camera

    taken, faults = [], []
    with opened_browser() as browser:
        camera = Camera(browser, origin, cast.sessions, FOLDER)
        for shot in shots:
            for width in shot.widths:
                if (not widths or width in widths) and not stopping.is_set():
                    pictures, wrong = camera.take(shot, width)
                    sys.stderr.writelines(f"{fault}\n" for fault in wrong)
                    taken += [(shot, width, theme, path) for theme, path in pictures.items()]
                    faults += wrong
    return taken, faults


@contextmanager
def opened_browser():
    from tests.screenshots.camera import QUIET

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=environ["CHROMIUM"], args=QUIET)
        yield browser
        browser.close()


if __name__ == "__main__":
    main()
