"""A real browser against a real server. The browser is the system's Chromium; nothing is downloaded."""

import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.waiting import PATIENCE

# pytest-playwright keeps an event loop running in the thread, which makes Django refuse to touch the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# A quiet browser: no looking for updates, no telemetry, no first-run pages.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=1000 * PATIENCE)


@pytest.fixture(scope="session")
def browser_type_launch_args():
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "The browser tests need Chromium: on Debian, apt-get install chromium."
    return {"executable_path": path, "args": QUIET}


@pytest.fixture
def page(page):
    """Fails the test on any script error, any violation of the CSP, and any request to anywhere else."""
    faults = []
    page.set_default_timeout(1000 * PATIENCE)
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: faults.append(f"asked {request.url}") if is_foreign(request.url) else None)
    page.expected_faults = []
    yield page
    assert [fault for fault in faults if not any(known in fault for known in page.expected_faults)] == []


def is_foreign(url):
    return not url.startswith(("http://localhost:", "http://127.0.0.1:", "data:", "blob:", "about:"))


def sign_in_at(page, server, name="alice"):
    """Alice, or another of the cast, by the page that everybody signs in at."""
    page.goto(f"{server.url}/account/login/")
    page.locator("[name=login]").fill(f"{name}@example.org")
    page.locator("[name=password]").fill(f"{name}'s password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/account/login/" not in url)  # whoever goes on before it is not signed in


@pytest.fixture
def at_home(page, live_server, alice):
    """Alice, signed in through the page, at her history."""
    sign_in_at(page, live_server)
    page.wait_for_url("**/conversations/")
    return page


@pytest.fixture
def assert_accessible():
    """No violation that axe knows, on the page as it stands now."""

    def check(page):
        page.wait_for_load_state("networkidle")
        page.evaluate("document.fonts.ready.then(() => true)")
        violations = Axe().run(page).response["violations"]
        told = [f"{v['id']}: {v['help']} at {[node['target'] for node in v['nodes']][:3]}" for v in violations]
        assert told == [], f"{page.url}\n" + "\n".join(told)

    return check
