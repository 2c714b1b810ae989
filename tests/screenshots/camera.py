"""Looks at pages as their readers do, takes the pictures, and notes what is wrong with what it sees."""

import gzip
from functools import cache

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Error

HEIGHTS = {375: 812, 768: 1024, 1280: 800, 1920: 1080}
THEMES = ("light", "dark")
AXE_AT = (375, 1280)  # between them only distances change
SCREENS = 3  # of a page that is longer, so much is enough to look at
SHIFT = 0.01  # of the layout, as the Layout Instability API counts; the field calls a tenth good
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]

WATCH_LAYOUT = """
window.shifted = { by: 0, what: "" }
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  window.shifted.by += entry.value
  window.shifted.what ||= entry.sources.map(({ node }) => node?.cloneNode().outerHTML ?? node?.nodeName).join(", ")
})).observe({ type: "layout-shift", buffered: true })
"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
HEIGHT = "document.documentElement.scrollHeight"


class Camera:
    """One browser that visits the Parley at `origin`; `sessions` signs people in, pictures go into `folder`."""

    def __init__(self, browser, origin, sessions, folder):
        self.browser, self.origin, self.sessions, self.folder = browser, origin, sessions, folder
        self.context = cache(self._context)

    def take(self, shot, width, themes=THEMES):
        """A page in one state at one width: its pictures, as {theme: path}, and what is wrong with it, in sentences."""
        page, faults, pictures = self.context(shot.who, width).new_page(), [], {}
        try:
            self._visit(page, shot, faults)
            for theme in themes:
                page.emulate_media(color_scheme=theme)
                pictures[theme] = self.folder / f"{shot.slug}--{width}-{theme}.png"
                self._expose(page, pictures[theme])
                if width in AXE_AT and shot.is_ours:
                    faults += [f"{theme}: {violation}" for violation in _violations(page)]
        except Error as error:
            faults.append(error.message.partition("\n")[0])
        finally:
            page.close()
        return pictures, [f"{shot.path} ({shot.state}) at {width}: {fault}" for fault in faults]

    def take_one(self, shot, theme, path):
        """What is in the window at 1280, as it is. Fails on anything that is wrong with it."""
        page, faults = self.context(shot.who, 1280).new_page(), []
        page.emulate_media(color_scheme=theme)
        self._visit(page, shot, faults)
        if faults:
            raise Error("; ".join(faults))
        page.screenshot(path=path, animations="disabled")
        page.close()

    def _context(self, who, width):
        context = self.browser.new_context(viewport={"width": width, "height": HEIGHTS[width]})
        context.set_default_timeout(60_000)
        context.add_init_script(WATCH_LAYOUT)
        if who:
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": self.sessions[who], "url": self.origin}
            context.add_cookies([cookie])
        # With the fonts in its cache, as every page but the very first is seen: whether that one swaps is chance.
        page = context.new_page()
        page.goto(self.origin)
        settle(page)
        page.close()
        return context

    def _visit(self, page, shot, faults):
        weights = []

        def hear(message):
            # The browser reports a page that is itself an error, or a form that was refused, as an error.
            expected = f"the server responded with a status of {shot.refused if shot.act else shot.status} "
            if message.type == "error" and expected not in message.text:
                faults.append(f"console: {message.text}")

        page.on("console", hear)
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on("request", lambda request: faults.extend(self._foreign(request.url)))
        page.on("requestfinished", lambda request: weights.append(request))
        response = page.goto(self.origin + shot.path)
        settle(page)
        if response.status != shot.status:
            faults.append(f"answered {response.status}, not {shot.status}")
        if (too_wide := page.evaluate(TOO_WIDE)) > 0:
            faults.append(f"{too_wide} px too wide")
        if (shifted := page.evaluate("window.shifted"))["by"] > SHIFT:
            faults.append(f"the layout shifted by {shifted['by']:.3f}: {shifted['what']}")
        if shot.budget and (weight := _weight(weights)) > shot.budget:
            faults.append(f"{weight:,} bytes without fonts, {shot.budget:,} allowed")
        if shot.act:
            shot.act(page)
            settle(page)
        page.remove_listener("console", hear)  # what taking pictures makes the browser say is not the page's fault

    def _foreign(self, url):
        if not url.startswith((self.origin, "data:", "blob:")):
            yield f"asked {url}"

    def _expose(self, page, path):
        """From the top, unless the address led further down: then what is in the window there."""
        width, height = page.viewport_size["width"], page.viewport_size["height"]
        if page.evaluate("window.scrollY"):
            page.screenshot(path=path, animations="disabled")
        else:
            tall = min(page.evaluate(HEIGHT), SCREENS * height)
            clip = {"x": 0, "y": 0, "width": width, "height": max(tall, height)}
            page.screenshot(path=path, animations="disabled", full_page=True, clip=clip)


def settle(page):
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")


def _weight(requests):
    """Bytes as they travel, where a proxy compresses pages, which Parley leaves to it; fonts are not counted."""
    return sum(
        len(gzip.compress(request.response().body()))
        if request.resource_type == "document"
        else request.sizes()["responseBodySize"]
        for request in requests
        if request.resource_type != "font"
    )


def _violations(page):
    for found in Axe().run(page).response["violations"]:
        # axe does not know that MathML is read aloud.
        nodes = [node for node in found["nodes"] if "<math" not in node["html"]]
        if nodes:
            where = ", ".join(" ".join(node["target"]) for node in nodes[:3])
            yield f"{found['id']}: {found['help']} at {where}"
