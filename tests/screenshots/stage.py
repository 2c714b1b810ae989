"""Sets the stage: people, and for each page something ordinary, something that overflows, and nothing at all."""

import json
import random
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import ApiKey, AuditEvent, User
from accounts.models.session import DEVICE
from conversations import demo, limits
from conversations.importing import Import
from conversations.models import Conversation, ImportBatch, ImportLine, Tag
from projects.models import Project, Role
from sharing.models import DailyViews, ShareLink
from tests import generate
from tests.conversations.importing import exports

PASSWORD = "correct horse battery staple"
ENDLESS = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
BROWSERS = {
    "203.0.113.7": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1",
    "198.51.100.23": "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
}


@dataclass
class Stage:
    """Who and what the pictures are of."""

    mira: User  # has the demo story
    nobody: User  # has nothing yet
    more: User  # has too much of everything
    reader: User  # was let into one conversation of Mira's, and may not write in it
    root: User  # a superuser who has the story too, and likes compact rows
    threads: dict  # what it shows → Conversation
    imports: dict  # status → ImportBatch
    keys: dict  # state → ApiKey
    links: dict  # what it shows → ShareLink
    sessions: dict  # User → the cookie that signs them in


def set_up():
    mira = _person(demo.EMAIL, name=demo.NAME)
    demo.tell(mira)
    nobody = _person("new@parley.example", name="Ada")
    reader = _person("bob@parley.example", name="Bob", workspace=mira.workspace)
    more = _person(f"{'longest.' * 7}address@{'subdomain.' * 8}example.org", name=f"Bartholomew {ENDLESS}"[:120])
    root = User.objects.create_superuser("root@parley.example", PASSWORD, name="Ruth", rows=User.Rows.COMPACT)
    demo.tell(root)
    threads = {words.external_id.removeprefix("demo:"): words for words in mira.conversations.all()} | _too_much(more)
    threads["kepler"].people.let_in(reader, Role.VIEWER, by=mira)
    threads["kepler"].people.let_in(_person("mei@parley.example", workspace=mira.workspace), Role.EDITOR, by=mira)
    threads["laser"].project.people.let_in(reader, Role.COMMENTER, by=mira)
    Project.objects.create(owner=reader, workspace=reader.workspace, name="Nothing in it yet")
    _read_by_somebody_gone(threads["roof_name"])
    for words in root.conversations.filter(message_count__gt=2)[:3]:
        ShareLink.objects.share(words, by=root)
    stage = Stage(
        mira, nobody, more, reader, root, threads, _imports(mira, more), _keys(mira, more), _links(threads), {}
    )
    for address, browser in BROWSERS.items():
        _sign_in(mira, browser, address)
    stage.sessions = {user: _sign_in(user) for user in (mira, nobody, more, reader, root)}
    return stage


def _person(email, **fields):
    user = User.objects.create_user(email, PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    return user


def _sign_in(user, browser="Mozilla/5.0 (X11; Linux x86_64) Chrome/131.0 Safari/537.36", address="127.0.0.1"):
    client = Client()
    client.force_login(user)
    session = client.session
    session[DEVICE] = {"user_agent": browser, "address": address, "at": timezone.now().isoformat()}
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _read_by_somebody_gone(conversation):
    gone = User.objects.create_superuser("gone@parley.example", PASSWORD, name="Somebody who left")
    AuditEvent.record("conversation.read", actor=gone, target=conversation, reason="A ticket: answers were cut off.")
    gone.delete()


def _too_much(owner):
    now = timezone.now()
    chance = random.Random(1)
    for n in range(140):
        words = " ".join(chance.choices(generate.WORDS, k=chance.choice([2, 4, 8]))).capitalize()
        said = Conversation.objects.start(
            owner, title=words, created_at=now - timedelta(days=9 * n, minutes=n), source="chatgpt" if n % 3 else ""
        )
        said.append("user", f"{words}?", created_at=now - timedelta(days=9 * n, minutes=n))
        if n >= 136:
            said.archive()
    project = Project.objects.create(
        owner=owner, workspace=owner.workspace, name=f"Project {ENDLESS}"[:120], colour=Project.Colour.PINK
    )

    def begin(title, **fields):
        return Conversation.objects.start(owner, title=title, project=project, model="model-" * 20, **fields)

    threads = {
        "long title": begin(" ".join(generate.WORDS * 3)[: limits.TITLE]),
        "one word": begin((ENDLESS * 4)[: limits.TITLE]),
        "right to left": begin("מדריך לצפייה בכוכבים: מתי, איפה ואיך מתחילים"),
        "cjk": begin("星を見る夜のために：望遠鏡の選び方と、はじめての観測記録"),
        "no title": begin(None),
        "no messages": Conversation.objects.start(owner, title="Nothing said yet"),
        "code": begin("Ten thousand lines"),
        "branches": begin("Said in many ways"),
        "beside": begin("Said beside it"),
        "long": begin("A log of three hundred entries"),
    }
    for n in range(limits.TAGS):
        tag = Tag.objects.create(owner=owner, name=f"{generate.WORDS[n % len(generate.WORDS)]} {n}")
        tag.taggings.create(conversation=threads["long title"])
    threads["long title"].append("user", f"{ENDLESS * 6}\n\nhttps://example.org/{'path/' * 80}")
    threads["long title"].append("assistant", _WIDE)
    threads["one word"].append("user", ENDLESS)
    threads["right to left"].append("user", "מתי הכי טוב לראות את שביל החלב? ומה עם `rm -rf /tmp` באמצע משפט?")
    threads["right to left"].append("assistant", "בקיץ, **הרחק מאורות העיר**.\n\n1. לילה בלי ירח\n2. שעה של הסתגלות")
    threads["cjk"].append("user", "初めての望遠鏡は何がいいですか？")
    threads["cjk"].append("assistant", "**口径**が一番大切です。「20センチのドブソニアン」から始めましょう。" * 8)
    threads["no title"].append("user", "?")
    threads["code"].append("user", "Print ten thousand lines.")
    lines = "\n".join(f"print({n})  # line {n} of ten thousand" for n in range(1, 10_001))
    threads["code"].append("assistant", f"```python\n{lines}\n```")
    threads["branches"].append("user", "Say it again.")
    for n in range(12):
        threads["branches"].reply(1, "assistant", f"Version {n}: {' '.join(chance.choices(generate.WORDS, k=12))}.")
    threads["beside"].append("user", "How much is it?")
    threads["beside"].append("assistant", "Two hundred.")
    threads["beside"].edit_as_branch(threads["beside"].messages.first(), "How heavy is it?")
    for n in range(300):
        threads["long"].append("user" if n % 2 == 0 else "assistant", f"Entry {n}. The sky was dark enough.")
    return {name: Conversation.objects.get(pk=made.pk) for name, made in threads.items()}


_WIDE = "\n\n".join(
    (
        "| " + " | ".join(f"column {n}" for n in range(30)) + " |\n" + "|---" * 30 + "|\n" + "| cell " * 30 + "|",
        "$$ " + " + ".join(f"x_{{{n}}}^{{{n}}}" for n in range(60)) + " $$",
        "> " * 12 + "A quotation of a quotation.",
        "\n".join("  " * n + f"- level {n}" for n in range(16)),
        "`" + "inline_code_without_any_space_" * 12 + "`",
    )
)


def _imports(mira, more):
    status = ImportBatch.Status
    folder = Path(settings.DATA_DIR)
    broken = {"id": "chat-9", "title": "A tree without a root", "mapping": {}}
    whole = exports.write(folder, *(exports.simple(f"chat-{n}", title=f"Chat {n}") for n in range(9)), broken)
    done = ImportBatch.objects.start(mira, whole)
    Import(done).run()
    torn = folder / "torn.json"
    torn.write_text(json.dumps([exports.simple("torn-1"), exports.simple("torn-2")])[:-200])
    partly = ImportBatch.objects.start(mira, torn)
    Import(partly).run()
    wrong = folder / "holiday.jpg"
    wrong.write_bytes(b"\xff\xd8\xff\xe0 no export at all")
    failed = ImportBatch.objects.start(mira, wrong)
    Import(failed).run()
    for n in range(40):
        ImportBatch.objects.create(
            owner=more, workspace=more.workspace, file_name=f"{n}-{ENDLESS * 3}"[:255], status=status.CANCELLED
        )
    crowded = ImportBatch.objects.create(
        owner=more,
        workspace=more.workspace,
        file_name=f"{ENDLESS * 3}.zip"[:255],
        format="chatgpt",
        status=status.DONE,
        bytes_total=8 * 1024**3,
        bytes_read=8 * 1024**3,
        counts={"conversations": {"new": 123_456, "changed": 7_890, "identical": 65_432, "skipped": 1_500}},
    )
    ImportLine.objects.bulk_create(
        ImportLine(batch=crowded, record=n, outcome="skipped", title=ENDLESS * 3, reason=f"{ENDLESS} is missing.")
        for n in range(1, 151)
    )
    open_ones = {
        state: ImportBatch.objects.create(
            owner=mira,
            workspace=mira.workspace,
            file_name=f"chatgpt-export-{state}.zip",
            format="chatgpt",
            status=state,
            bytes_total=734_003_200,
            bytes_read=287_309_824,
            counts={"conversations": {"new": 4_210, "identical": 12}, "messages": {"new": 91_044}},
        )
        for state in (status.WAITING, status.RUNNING, status.CANCELLING, status.CANCELLED, status.UNDONE)
    }
    return open_ones | {"done": done, "partly": partly, "failed": failed, "crowded": crowded}


def _keys(mira, more):
    now = timezone.now()

    def mint(user, **fields):
        return ApiKey.objects.mint(workspace=user.workspace, user=user, **fields)[0]

    keys = {
        "live": mint(mira, name="Notebook on the desk", last_used_at=now - timedelta(hours=3)),
        "expired": mint(mira, name="For one evening", expires_at=now - timedelta(days=1)),
        "revoked": mint(mira, name="Lost laptop", revoked_at=now - timedelta(days=40)),
    }
    for n in range(30):
        mint(more, name=f"{n} {ENDLESS}"[:100])
    return keys


def _links(threads):
    names = ("kepler", "noise", "code", "long title", "right to left", "roof_name")
    links = {name: ShareLink.objects.share(threads[name]) for name in names}
    links["roof_name"].revoke()
    links |= _of_every_kind(threads)
    links["locked"] = ShareLink.objects.share(threads["kepler"], password=PASSWORD)
    links["named"] = ShareLink.objects.share(threads["kepler"], include_names=True, read_only=False)
    links["following"] = ShareLink.objects.share(threads["laser"], is_live=True)
    links["long"] = ShareLink.objects.share(threads["long"])
    links["cjk"] = ShareLink.objects.share(threads["cjk"])
    links["tools"] = ShareLink.objects.share(threads["night_log_sql"], include_tools=True, include_reasoning=True)
    links["pictures"] = ShareLink.objects.share(threads["noise"], include_images=True, include_files=True)
    return links


def _of_every_kind(threads):
    """What else may stand in the list of links."""
    now, share = timezone.now(), ShareLink.objects.share
    answer = threads["laser"].messages.filter(role="assistant").first()
    made = {
        "live": share(threads["laser"], is_live=True, password="aperture fever"),
        "soon": share(threads["noise"], expires_at=now + timedelta(days=2)),
        "later": share(threads["laser"], message=answer, include_context=True, expires_at=now + timedelta(days=90)),
        "past": share(threads["yuki"], expires_at=now - timedelta(days=2)),
    }
    chance = random.Random(2)
    for link in made.values():
        by_day = [chance.choice([0, 0, 1, 2, 7]) for _ in range(30)]
        DailyViews.objects.bulk_create(
            DailyViews(link=link, day=now.date() - timedelta(days=ago), count=count) for ago, count in enumerate(by_day)
        )
        last = now - timedelta(days=next(ago for ago, count in enumerate(by_day) if count))
        ShareLink.objects.filter(pk=link.pk).update(view_count=1_000 + sum(by_day), last_viewed_at=last)
    return made
