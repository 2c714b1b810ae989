"""What looks like a secret in a text that is about to be public: keys, tokens, passwords, addresses of people.

A warning, not a wall: it names what has a shape of its own, so that somebody looks before they publish, and stays quiet
about words that might be anything. Time is linear in the text, whatever stands in it: what most shapes begin with is
found by searching for that string, and nothing in a pattern repeats without a bound.
"""

import re
from typing import NamedTuple

from lib.credentials import is_well_formed

CANDIDATES = 20_000  # places of one kind that are looked at in one text
SHOWN = 6  # characters of a secret by which whoever wrote it knows it again


class Leak(NamedTuple):
    kind: str
    value: str

    @property
    def masked(self):
        """How it begins."""
        return self.value[: min(SHOWN, len(self.value) // 3)] + "…"


def leaks(text):
    """Yields each Leak of a text once."""
    for kind, (beginnings, pattern, check) in _KINDS.items():
        seen = set()
        for found in _found(text, beginnings, pattern):
            value = found["value"]
            if value not in seen and check(value):
                seen.add(value)
                yield Leak(kind, value)


def _found(text, beginnings, pattern):
    if beginnings:
        places = (place for beginning in beginnings for place in _places(text, beginning))
        candidates = (pattern.match(text, place) for place in places)
    else:
        candidates = pattern.finditer(text)
    for _, found in zip(range(CANDIDATES), candidates, strict=False):
        if found:
            yield found


def _places(text, string):
    place = text.find(string)
    while place >= 0:
        yield place
        place = text.find(string, place + 1)


def _always(value):
    return True


def _is_varied(value):
    return len(set(value)) >= 10 and not _PLACEHOLDER.search(value)


def _looks_random(value):
    """What somebody made up to stand for a key has no digits, repeats itself, or says that it is one."""
    return len(set(value)) >= 8 and any(sign.isdigit() for sign in value) and not _PLACEHOLDER.search(value)


def _is_password(value):
    return len(set(value)) >= 4 and not _PLACEHOLDER.search(value)


def _is_ours(value):
    return is_well_formed(value, "rk_live_")


def _is_strangers(value):
    return _looks_random(value) and not _is_ours(value)


def _is_somebodys(address):
    name, _, host = address.lower().rpartition("@")
    return not (
        host.rpartition(".")[2] in _NO_ENDINGS
        or _EXAMPLE_HOSTS.search(host)
        or name in ("git", "noreply", "no-reply")
        or "users.noreply." in host
    )


def _is_card(value):
    """By its last digit (Luhn) and how long the numbers of its issuer are."""
    digits = [int(sign) for sign in value if sign.isdigit()]
    if len(set(digits)) < 4 or len(digits) not in _CARD_LENGTHS[digits[0]]:
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


def _is_account(value):
    """An IBAN, by its checksum."""
    plain = value.replace(" ", "")
    return 15 <= len(plain) <= 34 and int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


_PLACEHOLDER = re.compile(
    r"(?i)x{4}|\*{3}|\.{3}|your|example|changeme|placeholder|redacted|dummy|123456|abcdef|environ|getenv|process\.env|\$"
)
_EXAMPLE_HOSTS = re.compile(r"(?:^|\.)(?:example\.[a-z]+|(?:your)?domain\.com|yourcompany\.com|email\.com)$")
# What comes after the last dot behind an @ that is no address: picture@2x.png, reserved names.
_NO_ENDINGS = {"example", "test", "invalid", "local", "localhost", "internal",
               "png", "jpg", "jpeg", "gif", "svg", "webp", "js", "ts", "css", "json", "html", "py"}  # fmt: skip
_CARD_LENGTHS = {2: (16,), 3: (14, 15, 16), 4: (13, 16), 5: (16,), 6: (16,)}

_WORD = r"[A-Za-z0-9_-]"


def _token(shapes):
    """{beginning: what follows it}, standing alone."""
    either = "|".join(re.escape(beginning) + rest for beginning, rest in shapes.items())
    return tuple(shapes), re.compile(rf"(?<!{_WORD})(?P<value>{either})(?!{_WORD})")


def _told(words, rest):
    """What stands behind one of these words, in whichever case: password: …"""
    spelled = tuple(f(word) for word in words for f in (str.lower, str.capitalize, str.upper))
    return spelled, re.compile(rf"(?<![A-Za-z])(?:{'|'.join(spelled)}){rest}")


_KINDS = {
    "Parley API key": (*_token({"rk_live_": r"[A-Za-z0-9]{38}"}), _is_ours),
    "Private key": (
        ("-----BEGIN ",),
        re.compile(r"(?P<value>-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----)"),
        _always,
    ),
    "OpenAI or Anthropic key": (
        *_token({
            "sk-ant-": rf"{_WORD}{{20,200}}",
            "sk-proj-": rf"{_WORD}{{20,300}}",
            "sk-svcacct-": rf"{_WORD}{{20,300}}",
            "sk-admin-": rf"{_WORD}{{20,300}}",
            "sk-or-v1-": r"[0-9a-f]{64}",  # OpenRouter
            "sk-": r"[A-Za-z0-9]{32,64}",
        }),
        _looks_random,
    ),
    "AWS key": (*_token({"AKIA": r"[A-Z2-7]{16}", "ASIA": r"[A-Z2-7]{16}"}), _is_varied),
    "GitHub token": (
        *_token({
            **dict.fromkeys(("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"[A-Za-z0-9]{36,255}"),
            "github_pat_": r"[A-Za-z0-9_]{60,120}",
        }),
        _looks_random,
    ),
    "GitLab token": (*_token(dict.fromkeys(("glpat-", "gldt-", "glrt-", "glptt-"), rf"{_WORD}{{20,80}}")), _is_varied),
    "Google key": (
        *_token({"AIza": rf"{_WORD}{{35}}", "GOCSPX-": rf"{_WORD}{{28}}", "ya29.": rf"{_WORD}{{20,300}}"}),
        _looks_random,
    ),
    "Slack token": (
        *_token({
            **dict.fromkeys(("xoxa-", "xoxb-", "xoxe-", "xoxp-", "xoxr-", "xoxs-", "xapp-"), r"[A-Za-z0-9-]{20,200}"),
            "https://hooks.slack.com/": r"(?:services|workflows|triggers)/[A-Za-z0-9/]{20,100}",
        }),
        _looks_random,
    ),
    "Stripe key": (
        *_token({
            **dict.fromkeys(("sk_live_", "sk_test_", "rk_live_", "rk_test_"), r"[A-Za-z0-9]{20,120}"),
            "whsec_": r"[A-Za-z0-9]{24,80}",
        }),
        _is_strangers,
    ),
    "Key of a service": (
        *_token({
            "hf_": r"[A-Za-z]{30,40}",  # Hugging Face
            "npm_": r"[A-Za-z0-9]{36}",
            "pypi-AgE": rf"{_WORD}{{50,300}}",
            "SG.": rf"{_WORD}{{20,24}}\.{_WORD}{{39,50}}",  # SendGrid
            "dop_v1_": r"[0-9a-f]{64}",  # DigitalOcean
            **dict.fromkeys(("shpat_", "shpca_", "shppa_", "shpss_"), r"[0-9a-fA-F]{32}"),  # Shopify
            "gsk_": r"[A-Za-z0-9]{40,60}",  # Groq
            "xai-": r"[A-Za-z0-9]{60,100}",
            "r8_": r"[A-Za-z0-9]{37}",  # Replicate
            "pplx-": r"[A-Za-z0-9]{40,60}",  # Perplexity
            "lin_api_": r"[A-Za-z0-9]{40}",  # Linear
            "ntn_": r"[A-Za-z0-9]{40,50}",  # Notion
            "dapi": r"[0-9a-f]{32}",  # Databricks
            "AGE-SECRET-KEY-1": r"[A-Z0-9]{58}",
            "dckr_pat_": rf"{_WORD}{{27}}",  # Docker
        }),
        _is_varied,
    ),
    "Telegram bot": (
        (":AA",),
        re.compile(rf"(?<=[0-9]{{8}})(?P<value>:AA{_WORD}{{33}})(?!{_WORD})"),
        _is_varied,
    ),
    "Token (JWT)": (*_token({"eyJ": rf"{_WORD}{{10,2000}}\.eyJ{_WORD}{{10,4000}}\.{_WORD}{{16,1000}}"}), _always),
    "Token after “Bearer”": (
        ("Bearer", "bearer"),
        re.compile(r"[Bb]earer[ \t]{1,4}(?P<value>[A-Za-z0-9_.~+/-]{20,2000}={0,2})"),
        _looks_random,
    ),
    "Password in an address": (
        ("://",),
        re.compile(r"(?<=[a-z0-9])://[^\s:/@?#\"'<>]{0,100}:(?P<value>[^\s:/@?#\"'<>]{3,200})@[\w\[]"),
        _is_password,
    ),
    "Password or key that is set": (
        *_told(
            ("password", "passwd", "passphrase", "secret_key", "secret-key", "client_secret", "client-secret",
             "api_key", "api-key", "apikey", "access_token", "access_key", "auth_token", "secret_access_key"),
            r"[\"'`*]{0,3}[ \t]{0,4}[:=][ \t]{0,4}[\"'`*]{0,3}(?P<value>[^\s\"'`<>(){}\[\],;*]{8,200})",
        ),
        _looks_random,
    ),
    "E-mail address": (
        (),
        re.compile(
            r"(?<![A-Za-z0-9._%+-])(?P<value>[A-Za-z0-9_%+-][A-Za-z0-9._%+-]{0,63}"
            r"@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24})(?![A-Za-z0-9-])"
        ),
        _is_somebodys,
    ),
    "Card number": (
        (),
        re.compile(r"(?<![\w.+-])(?P<value>[2-6]\d{3}(?:[ -]?\d){9,12})(?![\w.-])", re.ASCII),
        _is_card,
    ),
    "Bank account (IBAN)": (
        (),
        re.compile(r"(?<!\w)(?P<value>[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)(?!\w)", re.ASCII),
        _is_account,
    ),
    "Phone number": (
        ("+",),
        re.compile(r"(?<![\w+])(?P<value>\+[1-9](?:[ ()./-]{0,2}\d){7,14})(?![\d-])", re.ASCII),
        _always,
    ),
}  # fmt: skip
