"""What looks like a secret is named; what only resembles one is not; and no text makes looking slow."""

import time

import pytest

from lib.credentials import new_secret
from lib.leaks import leaks

RANDOM = "q7Zk2Lw9TbX4mVn8Rf3Yc6Hs1Jd5Pg0Ae7Uo2Ki9Lw4Mx8Nz"
HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def kinds(text):
    return [leak.kind for leak in leaks(text)]


@pytest.mark.parametrize(
    ("kind", "secret"),
    [
        pytest.param("Parley API key", new_secret("rk_live_"), id="Parley API key"),
        ("Private key", "-----BEGIN " + "OPENSSH PRIVATE KEY-----"),
        ("Private key", "-----BEGIN " + "PRIVATE KEY-----"),
        ("OpenAI or Anthropic key", f"sk-proj-{RANDOM}"),
        ("OpenAI or Anthropic key", f"sk-ant-api03-{RANDOM}"),
        ("OpenAI or Anthropic key", f"sk-{RANDOM}"),
        ("AWS key", "AKIA" + "QX3RBT7ZLM2KVN5P"),
        ("GitHub token", f"ghp_{RANDOM[:36]}"),
        ("GitLab token", f"glpat-{RANDOM[:20]}"),
        ("Google key", f"AIza{RANDOM[:35]}"),
        ("Slack token", f"xoxb-{RANDOM}"),
        ("Slack token", f"https://hooks.slack.com/services/T0/{RANDOM[:30]}"),
        ("Stripe key", f"sk_live_{RANDOM[:24]}"),
        ("Stripe key", f"rk_live_{RANDOM[:30]}"),
        ("Key of a service", f"npm_{RANDOM[:36]}"),
        ("Key of a service", f"dop_v1_{HEX}"),
        ("Telegram bot", f"7312345678:AA{RANDOM[:33]}"),
        ("Token (JWT)", f"eyJ{RANDOM[:20]}.eyJ{RANDOM[:30]}.{RANDOM[:43]}"),
        ("Token after “Bearer”", f"Bearer {RANDOM}"),
        ("Password in an address", "postgres://app:hunter22@db.internal:5432/app"),
        ("Password or key that is set", "PASSWORD = 'tr0ub4dor&3'"),
        ("Password or key that is set", '"api_key": "' + RANDOM[:20] + '"'),
        ("E-mail address", "maria.keller@observatory.ch"),
        ("Card number", "4539 1488 0343 6467"),
        ("Bank account (IBAN)", "DE89 3704 0044 0532 0130 00"),
        ("Phone number", "+41 44 668 18 00"),
    ],
)
def test_a_secret_is_named_wherever_it_stands(kind, secret):
    assert kind in kinds(f"Use this:\n\n    {secret}\n\nand tell nobody.")
    assert kind in kinds(f"`{secret}`")
    [leak] = [leak for leak in leaks(f"({secret})") if leak.kind == kind]
    assert leak.masked.endswith("…")
    assert len(leak.masked) <= 7


@pytest.mark.parametrize(
    "text",
    [
        "Set OPENAI_API_KEY=sk-your-key-here-xxxxxxxxxxxxxxxxxxxx and go on.",
        "api_key = os.environ['OPENAI_API_KEY']",
        "password: str = Field(min_length=8)",
        'password = getpass.getpass("Password: ")',
        "AKIAIOSFODNN7EXAMPLE",
        "git clone git@github.com:django/django.git",
        "Write to jane@example.com or root@localhost.",
        "background: url(moon@2x.png)",
        "@pytest.mark.parametrize",
        "postgres://user:${PASSWORD}@db/app",
        "https://en.wikipedia.org/wiki/Talk:Telescope?a=b@c",
        "Order 4539 1488 0343 6468, 1111 1111 1111 1111, 2026-11-26 10:15:00",
        "UUID 01890a5d-ac96-774b-bcce-b302099a8057",
        HEX,
        "sha256:" + HEX,
        "1 + 12345678, +1.0e-10, a+4412345678901",
        "Authorization: Bearer YOUR_TOKEN_GOES_HERE_PLEASE",
        "AA11 BBBB CCCC DDDD",
        "task-sk-learn-and-other-words-that-are-long-enough",
    ],
)
def test_what_only_looks_like_one_is_not(text):
    assert kinds(text) == []


def test_each_is_told_once():
    assert kinds("maria@observatory.ch, maria@observatory.ch, eva@observatory.ch") == ["E-mail address"] * 2


PIECES = [
    "a", "@", "a@", "a@a.", " a@" + "a." * 30, "4", "4 ", "4111-", "+1", "+1 ", "+1(", "-----BEGIN ", "a://", "a://a:",
    "abc://" + "a" * 90 + ":", "password=", "bearer ", "sk-", "sk-proj-a", "eyJ", " eyJ",
    "eyJ" + "a" * 1900 + ".eyJ" + "a" * 3900 + ".", "AA11 ", "SG.", "xoxb-", "-", "_", "%+", "123456789:AA", "a+.-",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_looking_takes_no_longer_than_the_text_is_long(piece):
    def seconds(size):
        text = (piece * (size // len(piece) + 1))[:size]
        start = time.thread_time()
        list(leaks(text))
        return time.thread_time() - start

    short = min(seconds(50_000) for _ in range(3))
    # Ten times the text; a quadratic pattern would take a hundred times as long.
    assert min(seconds(500_000) for _ in range(2)) < 30 * short + 0.05
