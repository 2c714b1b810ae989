"""The picture that stands beside a shared link in somebody's messages: our name, and nothing of what is behind it."""

from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static

PATH = settings.BASE_DIR / "static" / "img" / "shared.png"
SIZE = {"width": 1200, "height": 630}
STYLE = """
body { display: grid; align-content: space-between; block-size: 630px; padding: 88px 96px }
.brand { display: flex; align-items: center; gap: 20px; font-size: 40px; font-weight: 650; letter-spacing: -0.02em }
.brand .brand__mark { inline-size: 56px; block-size: 56px; color: var(--color-accent) }
h1 { font-size: 92px; line-height: 1.05; letter-spacing: -0.035em; max-inline-size: 960px }
p { font-size: 34px; color: var(--color-muted) }
"""


def draw(browser, origin):
    """With the style sheets that the server at `origin` has."""
    sheets = (
        f'<link rel="stylesheet" href="{origin}{static(f"css/{name}.css")}">' for name in ("_global", "fonts", "base")
    )
    html = (
        f'<!doctype html><meta charset="utf-8">{"".join(sheets)}<style>{STYLE}</style>'
        f'<body><div class="brand">{render_to_string("_mark.html")}Parley</div>'
        "<h1>A shared conversation</h1><p>Read it without an account.</p>"
    )
    page = browser.new_context(viewport=SIZE, color_scheme="light").new_page()
    page.route("**/card", lambda route: route.fulfill(content_type="text/html", body=html))  # fonts are of one origin
    page.goto(f"{origin}/card")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    page.screenshot(path=PATH, animations="disabled")
