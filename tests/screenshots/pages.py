"""Every page in every state it can be in. tests/test_screenshots.py finds the page that somebody forgot here."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.urls import reverse

from accounts.models import AuditEvent, User
from conversations.views.account import sign
from sharing.spelling import share_id
from tests.screenshots.camera import HEIGHTS
from tests.screenshots.stage import PASSWORD

# Addresses without a page of their own, and why.
NO_PAGES = {
    "home": "redirects to the history",
    "healthz": "for programs",
    "error": "ours, to show the pages of last resort",
    "conversations:messages": "takes a form",
    "conversations:message": "Markdown",
    "conversations:pin": "takes a form",
    "conversations:pin_delete": "takes a form",
    "conversations:selected_archive": "takes a form",
    "conversations:selected_unarchive": "takes a form",
    "conversations:selected_move": "takes a form",
    "conversations:selected_delete": "takes a form",
    "conversations:news": "a piece of a conversation's page",
    "conversations:people_role": "takes a form",
    "conversations:project_people_role": "takes a form",
    "conversations:attachment": "a file",
    "conversations:download_file": "a file",
    "conversations:import_progress": "a piece of the import's page",
    "conversations:import_report": "JSON",
    "conversations:import_cancel": "takes a form",
    "accounts:theme": "takes a form",
    "accounts:rows": "takes a form",
    "accounts:reset_done": "redirects to the sign-in page, whose notice says it",
    "account_reset_password_from_key_done": "the same address by its other name",
    "sharing:slash": "redirects to the share page",
    "sharing:file": "a file",
    "sharing:selected_revoke": "takes a form",
    "sharing:selected_extend": "takes a form",
    "sharing:workspace_selected_revoke": "takes a form",
    "sharing:markdown": "Markdown",
    "sharing:preview": "in a frame of the form",
    "sharing:findings": "a piece of the form",
    "sharing:preview_page": "in a frame of the form",
    "sharing:edit_preview": "in a frame of the form",
    "sharing:edit_preview_page": "in a frame of the form",
    "sharing:edit_findings": "a piece of the form",
    "v1_schema": "for programs",
    "v1_public_share": "for programs",
    "account_set_password": "redirects: everybody who signs in has a password",
    "account_confirm_login_code": "redirects: no codes are sent",
    "admin:login": "redirects to the one sign-in page",
    "admin:logout": "takes a form",
    "admin:autocomplete": "JSON",
    "admin:jsi18n": "JavaScript",
    "admin:view_on_site": "redirects",
}


@dataclass(frozen=True)
class Shot:
    """One page in one state: its URL's name and arguments, who looks, what they do first, what the server answers."""

    name: str
    state: str = "typical"
    args: tuple = ()
    query: str = ""
    who: User | None = None
    status: int = 200
    act: Callable | None = None  # act(page) once it has loaded
    refused: int = 422  # how the server answers that, where it refuses
    widths: tuple = tuple(HEIGHTS)  # where the state exists
    budget: int = 0  # bytes it may weigh, where somebody promised
    is_ours: bool = True  # or written by somebody else, and axe has nothing to tell us

    @property
    def path(self):
        return reverse(self.name, args=self.args) + self.query

    @property
    def slug(self):
        return f"{self.name}--{self.state}".replace(":", "-").replace("_", "-").replace(" ", "-")


def shots(stage):
    return [
        *_reading(stage),
        *_importing(stage),
        *_account(stage),
        *_outside(),
        *_shared(stage),
        *_sharing(stage),
        *_api(),
        *_errors(),
        *_admin(stage),
    ]


def of_docs(stage):
    """{name of the file in docs/images: (Shot, theme)}."""
    thread = Shot("conversations:detail", args=(stage.threads["kepler"].pk,), who=stage.mira)
    return {"thread.png": (thread, "light")}


def _reading(stage):
    mira, nobody, more, reader = stage.mira, stage.nobody, stage.more, stage.reader

    def thread(name, state, who=mira, **fields):
        return Shot("conversations:detail", state, (stage.threads[name].pk,), who=who, **fields)

    index, search = "conversations:index", "conversations:search"
    fork = stage.threads["laser"]
    found = fork.messages.filter(role="assistant").first()
    yield Shot(index, "typical", who=mira)
    yield Shot(index, "menu open", who=mira, act=_open_account_menu)
    yield Shot(index, "drawer open", who=mira, act=_press("Open the menu"), widths=(375,))
    yield Shot(index, "months open", who=mira, act=_press("Open the months"), widths=(375, 768))
    yield Shot(index, "keyboard", who=mira, act=_tab)
    yield Shot(index, "filtered", query="?title=roof", who=mira)
    yield Shot(index, "filter finds nothing", query="?title=zzz", who=mira)
    yield Shot(index, "empty", who=nobody)
    yield Shot(index, "overflowing", who=more)
    yield Shot(index, "compact", who=stage.root)
    yield Shot(index, "archived", query="?archived", who=more)
    yield Shot(index, "nothing archived", query="?archived", who=mira)
    yield Shot(index, "selecting", query="?select", who=mira, act=_tick(3))
    yield Shot(index, "selecting archived", query="?select&archived", who=more, act=_tick(2))
    yield Shot(index, "selected to move", query="?select", who=mira, act=_select(3, "Move"))
    yield Shot(index, "selected to delete", query="?select", who=mira, act=_select(3, "Delete"))
    yield Shot(index, "many selected to delete", query="?select", who=more, act=_select(50, "Delete"))
    yield thread("kepler", "typical", budget=100_000)
    yield thread("kepler", "reader", who=reader)
    yield thread("kepler", "outline open", act=_press("Open the outline"), widths=(375, 768))
    yield thread("kepler", "for printing", query="?all")
    yield thread("kepler", "menu open", act=_open_thread_menu)
    yield thread("kepler", "message menu open", act=_open_message_menu, widths=(375, 768))
    yield thread("kepler", "refused", act=_send_without_checking("Add"))
    yield thread("night_log_sql", "code and tools")
    yield thread("noise", "pictures")
    yield thread("laser", "found message", query=f"?at={found.typeid}&q=laser#{found.typeid}")
    yield thread("laser", "find", query="?find=laser&at=" + found.typeid)
    yield thread("laser", "find finds nothing", query="?find=zzz")
    yield thread("yuki", "two scripts")
    yield thread("untitled", "untitled")
    yield thread("roof_name", "read by an administrator who left")
    yield thread("long title", "overflowing", who=more)
    yield thread("one word", "one word", who=more)
    yield thread("right to left", "right to left", who=more)
    yield thread("cjk", "cjk", who=more)
    yield thread("no messages", "no messages", who=more)
    yield thread("code", "ten thousand lines", who=more)
    yield thread("long", "three hundred messages", who=more)
    yield Shot("conversations:branches", "typical", (fork.pk,), who=mira)
    yield Shot("conversations:branches", "overflowing", (stage.threads["branches"].pk,), who=more)
    branch = fork.branches.exclude(pk=fork.active_branch_id).first()
    yield Shot("conversations:branch_new", args=(fork.pk,), query=f"?at={found.typeid}", who=mira)
    yield Shot("conversations:branch_edit", args=(fork.pk, branch.pk), who=mira)
    yield Shot("conversations:branch_delete", args=(fork.pk, branch.pk), who=mira)
    yield Shot("conversations:chronological", args=(fork.pk,), who=mira)
    yield Shot("conversations:threaded", args=(fork.pk,), who=mira)
    yield Shot("conversations:message_edit", args=(fork.pk, found.pk), who=mira)
    said = stage.threads["beside"].messages.last()
    yield Shot("conversations:message_edit", "stale", (said.conversation_id, said.pk), who=more, act=_save_stale,
               refused=409)  # fmt: skip
    yield Shot(
        "conversations:message_edit",
        "overflowing",
        (stage.threads["one word"].pk, stage.threads["one word"].messages.first().pk),
        who=more,
    )
    yield Shot("conversations:message_delete", args=(fork.pk, found.pk), who=mira)
    yield Shot("conversations:message_delete", "with its branch", (said.conversation_id, said.pk), who=more)
    yield Shot("conversations:versions", args=(fork.pk, found.pk), who=mira)
    yield Shot("conversations:outline", "typical", (stage.threads["kepler"].pk,), who=mira)
    yield Shot("conversations:outline", "overflowing", (stage.threads["long"].pk,), who=more)
    yield Shot("conversations:new", "typical", who=mira)
    yield Shot("conversations:new", "refused", who=mira, act=_send_without_checking("Start conversation"))
    yield Shot("conversations:edit", "typical", (fork.pk,), who=mira)
    yield Shot("conversations:delete", "typical", (fork.pk,), who=mira)
    yield Shot("conversations:move", "typical", (fork.pk,), who=mira)
    yield Shot("conversations:move", "overflowing", (stage.threads["one word"].pk,), who=more)
    yield Shot("conversations:download", "typical", (fork.pk,), who=mira)
    yield Shot("conversations:download", "one branch", (stage.threads["kepler"].pk,), who=reader)
    yield from _projects(stage)
    yield from _people(stage)
    yield Shot("conversations:delete", "overflowing", (stage.threads["one word"].pk,), who=more)
    yield Shot(search, "empty", who=mira)
    yield Shot(search, "results", query="?q=mirror", who=mira)
    yield Shot(search, "best first", query="?q=mirror&order=best", who=mira)
    yield Shot(search, "filtered", query="?q=star+project:observatory+-role:tool", who=mira)
    yield Shot(search, "filters alone", query="?q=has:code", who=mira)
    yield Shot(search, "narrowing", query="?q=star+role:user", who=mira, act=_open_facets, widths=(375, 768))
    yield Shot(search, "many", query="?q=the", who=mira)
    yield Shot(search, "abandoned branch", query="?q=branch:abandoned", who=mira)
    yield Shot(search, "titles", query="?q=in:title", who=mira)
    yield Shot(search, "nothing fits", query="?q=mirror+has:image+colour:red", who=mira)
    yield Shot("conversations:facets", "typical", query="?q=the", who=mira)
    yield Shot(search, "nothing found", query="?q=zzzzz", who=mira)
    yield Shot(search, "nobody has anything", query="?q=mirror", who=nobody)
    yield Shot(search, "overflowing", query=f"?{urlencode({'q': 'dark OR ' + 'Donaudampfschiff' * 20})}", who=more)
    yield Shot(search, "titles overflow", query="?q=telescope", who=more)


def _projects(stage):
    mira, more = stage.mira, stage.more
    project, crowded = mira.projects.order_by("name").first(), more.projects.first()
    yield Shot("projects:index", "typical", who=mira)
    yield Shot("projects:index", "empty", who=stage.nobody)
    yield Shot("projects:index", "overflowing", who=more)
    yield Shot("conversations:project", "typical", (project.pk,), who=mira)
    yield Shot("conversations:project", "overflowing", (crowded.pk,), who=more)
    yield Shot("conversations:project", "empty", (stage.reader.projects.get().pk,), who=stage.reader)
    yield Shot("projects:new", "typical", who=mira)
    yield Shot("projects:new", "refused", who=mira, act=_send_without_checking("Make the project"))
    yield Shot("projects:edit", "typical", (project.pk,), who=mira)
    yield Shot("projects:delete", "typical", (project.pk,), who=mira)
    yield Shot("projects:delete", "overflowing", (crowded.pk,), who=more)


def _people(stage):
    mira, reader, shared = stage.mira, stage.reader, stage.threads["kepler"]
    project = reader.project_memberships.get().project
    yield Shot("conversations:shared", "typical", who=reader)
    yield Shot("conversations:pinned", "typical", who=mira)
    yield Shot("conversations:pinned", "empty", who=stage.nobody)
    note = shared.add_note(mira, "Show this to the school class in spring, when the comet is back.", shared=True)
    shared.messages.first().add_note(mira, "Check the eccentricity.")
    yield Shot("conversations:notes", "typical", (shared.pk,), who=mira)
    yield Shot("conversations:message_notes", "typical", (shared.pk, shared.messages.first().pk), who=mira)
    yield Shot("conversations:note_edit", "typical", (note.pk,), who=mira)
    yield Shot("conversations:note_delete", "typical", (note.pk,), who=mira)
    yield Shot("conversations:shared", "empty", who=stage.nobody)
    for prefix, thing in (("conversations:", shared), ("conversations:project_", project)):
        at = (thing.pk,)
        yield Shot(f"{prefix}people", "typical", at, who=mira)
        yield Shot(f"{prefix}people", "reader", at, who=reader)
        yield Shot(f"{prefix}people", "refused", at, who=mira, act=_send_without_checking("Let in"))
        yield Shot(f"{prefix}people_leave", "typical", at, who=reader)
        yield Shot(f"{prefix}people_remove", "typical", (thing.pk, reader.pk), who=mira)
        yield Shot(f"{prefix}owner", "typical", at, who=mira)
        yield Shot(f"{prefix}owner", "asking", at, who=mira, act=_hand_over_to(reader))


def _hand_over_to(user):
    def act(page):
        page.get_by_label("E-mail address").fill(user.email)
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("button", name="Hand over").wait_for()

    return act


def _importing(stage):
    yield Shot("conversations:imports", "typical", who=stage.mira)
    yield Shot("conversations:imports", "empty", who=stage.nobody)
    yield Shot("conversations:imports", "overflowing", who=stage.more)
    yield Shot("conversations:imports", "refused", who=stage.nobody, act=_drop_an_empty_file)
    for state, batch in stage.imports.items():
        yield Shot("conversations:import", str(state), (batch.pk,), who=batch.owner)
    yield Shot("conversations:import_delete", "typical", (stage.imports["done"].pk,), who=stage.mira)


def _account(stage):
    for state, who in (("typical", stage.mira), ("overflowing", stage.more), ("superuser", stage.root)):
        yield Shot("accounts:index", state, who=who)
    for name in ("accounts:sessions", "accounts:keys", "accounts:activity", "account_email"):
        for state, who in (("typical", stage.mira), ("empty", stage.nobody), ("overflowing", stage.more)):
            yield Shot(name, state, who=who)
    yield Shot("accounts:new_key", "typical", who=stage.mira)
    yield Shot("accounts:new_key", "refused", who=stage.mira, act=_send_without_checking("Make the key"))
    yield Shot("accounts:new_key", "made", who=stage.reader, act=_make_a_key)
    yield Shot("accounts:revoke_key", "typical", (stage.keys["live"].pk,), who=stage.mira)
    yield Shot("account_change_password", "typical", who=stage.mira)
    yield Shot("account_change_password", "refused", who=stage.mira, act=_send_without_checking("Save the password"))
    yield Shot("account_reauthenticate", "typical", who=stage.mira)
    yield Shot("account_logout", "typical", who=stage.mira)
    yield Shot("conversations:account_delete", "typical", who=stage.mira)


def _outside():
    for name in (
        "account_login",
        "account_signup",
        "account_reset_password",
        "account_reset_password_done",
        "account_inactive",
        "account_email_verification_sent",
    ):
        yield Shot(name)
    yield Shot("account_login", "refused", act=_send_without_checking("Sign in"))
    yield Shot("account_signup", "refused", act=_send_without_checking("Make an account"))
    yield Shot("account_confirm_email", "used up", args=("xyz",))
    yield Shot("account_reset_password_from_key", "used up", args=("1", "abc"))
    gone = {"conversations": 26, "messages": 187, "attachments": 2, "imports": 1, "share_links": 0, "projects": 2,
            "api_keys": 1}  # fmt: skip
    yield Shot("conversations:account_deleted", query=f"?gone={sign(gone)}")


def _sharing(stage):
    conversation, link, ended = stage.threads["kepler"], stage.links["kepler"], stage.links["roof_name"]
    mira, last = stage.mira, f"?message={conversation.messages.last().typeid}"
    yield Shot("sharing:new", "typical", (conversation.pk,), who=mira)
    yield Shot("sharing:new", "one message", (conversation.pk,), last, who=mira)
    yield Shot("sharing:new", "refused", (conversation.pk,), who=mira, act=_until_no_day)
    yield Shot("conversations:detail", "share dialog", (conversation.pk,), who=mira, act=_open_the_dialog)
    yield Shot("sharing:detail", "typical", (link.pk,), who=mira)
    yield Shot("sharing:detail", "revoked", (ended.pk,), who=mira)
    yield Shot("sharing:edit", "typical", (link.pk,), who=mira)
    yield Shot("sharing:update", "typical", (link.pk,), who=mira)
    yield Shot("sharing:revoke", "typical", (link.pk,), who=mira)
    yield Shot("sharing:index", "typical", query="?state=all", who=mira)
    yield Shot("sharing:index", "selected", who=mira, act=_select_all_links)
    yield Shot("sharing:index", "filter finds nothing", query="?title=zzz", who=mira)
    yield Shot("sharing:index", "empty", who=stage.nobody)
    yield Shot("sharing:index", "overflowing", query="?state=all", who=stage.more)
    yield Shot("sharing:revoke_all", "typical", who=mira)
    yield Shot("sharing:workspace", "typical", query="?state=all", who=stage.root)
    yield Shot("sharing:workspace_revoke_all", "typical", who=stage.root)


def _until_no_day(page):
    page.get_by_label("It works").select_option("Until a day I choose")
    page.get_by_role("button", name="Make the link").click()
    page.get_by_text("Choose the last day.").wait_for()


def _select_all_links(page):
    page.get_by_label("All shown").check()


def _open_the_dialog(page):
    page.get_by_role("link", name="Share", exact=True).first.click()
    page.get_by_role("dialog").wait_for()


def _shared(stage):
    def link(name, state, **fields):
        return Shot("share", state, (share_id(stage.links[name].secret),), **fields)

    yield link("kepler", "typical", budget=100_000)
    yield link("named", "names, and to be continued")
    yield link("kepler", "contents open", act=_open_contents, widths=(375, 768))
    yield link("kepler", "keyboard", act=_tab)
    yield link("noise", "pictures by name")
    yield link("pictures", "pictures and files")
    yield link("tools", "tools and reasoning")
    yield link("following", "live")
    yield link("long", "three hundred messages")
    yield link("long", "a part in the middle", query="?after=150")
    yield link("cjk", "cjk")
    yield link("locked", "locked", status=403)
    yield link("code", "ten thousand lines")
    yield link("long title", "overflowing")
    yield link("right to left", "right to left")
    yield link("roof_name", "ended", status=410)
    yield Shot("share", "never was", ("nothing",), status=404)
    named = (share_id(stage.links["named"].secret),)
    yield Shot("sharing:continue", "typical", named, who=stage.reader)
    yield Shot("sharing:continue", "read only", (share_id(stage.links["kepler"].secret),), who=stage.reader, status=403)


def _api():
    yield Shot("v1_docs", is_ours=False)


def _errors():
    for code in sorted(int(page.stem) for page in (settings.BASE_DIR / "templates").glob("[45]??.html")):
        yield Shot("error", str(code), (code,), status=code)


def _admin(stage):
    """Django writes these pages from the models: each list, and the form of its first row."""
    root = stage.root
    yield Shot("admin:index", who=root)
    yield Shot("admin:app_list", args=("accounts",), who=root)
    yield Shot("admin:counts", who=root)
    yield Shot("admin:password_change", who=root)
    yield Shot("admin:password_change_done", who=root)
    yield Shot("admin:auth_user_password_change", args=(stage.mira.pk,), who=root)
    thread = stage.threads["calibration"]
    event = AuditEvent.record("conversation.read", actor=root, target=thread, reason="A ticket of the owner's.")
    yield Shot("admin:conversations_conversation_read", args=(thread.pk,), who=root)
    yield Shot("admin:conversations_conversation_text", args=(thread.pk, event.pk), who=root)
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield Shot(f"{name}_changelist", who=root)
        if first := model._default_manager.first():
            yield Shot(f"{name}_change", args=(first.pk,), who=root)
    yield Shot("admin:accounts_user_add", who=root)
    yield Shot("admin:accounts_user_delete", args=(stage.mira.pk,), who=root)


def _press(name):
    return lambda page: page.get_by_role("button", name=name).click()


def _open_account_menu(page):
    if not page.locator("#sidebar").is_visible():
        page.get_by_role("button", name="Open the menu").click()
    page.locator(".sidebar__account summary").click()


def _open_thread_menu(page):
    page.get_by_label("More for this conversation").click()


def _open_message_menu(page):
    page.locator("article").nth(1).get_by_label("Actions", exact=True).click()


def _tick(count):
    def act(page):
        for n in range(count):
            page.locator(".row [type=checkbox]").nth(n).check()

    return act


def _select(count, button):
    def act(page):
        _tick(count)(page)
        with page.expect_navigation():
            page.get_by_role("button", name=button).click()

    return act


def _save_stale(page):
    """As if somebody had edited it since."""
    page.locator("[name=version]").evaluate("(field) => { field.value = 99 }")
    page.locator("[name=text]").fill("How heavy is it, with the tripod?")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()


def _make_a_key(page):
    page.get_by_label("Name").fill("Notebook on the desk")
    page.get_by_label("Your password").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Make the key").click()


def _open_facets(page):
    page.locator(".facets summary").first.click()


def _open_contents(page):
    page.locator(".shared__contents summary").click()


def _tab(page):
    page.keyboard.press("Tab")


def _drop_an_empty_file(page):
    page.locator("input[type=file]").set_input_files(
        {"name": "export.zip", "mimeType": "application/zip", "buffer": b""}
    )
    page.get_by_role("alert").wait_for()


def _send_without_checking(button):
    """As a browser would that does not check required fields, so that the server's words appear."""

    def act(page):
        page.evaluate("document.querySelectorAll('form').forEach((form) => form.noValidate = true)")
        with page.expect_navigation():
            page.get_by_role("main").get_by_role("button", name=button, exact=True).click()

    return act
