"""What people type into a search box, and what the index is asked: words, "phrases", prefix*, -without, and OR."""

import re
from dataclasses import dataclass, replace

from django.db import connection

from lib.text import clean

CHARACTERS = 1_000  # a pasted page is not a question
TOO_MUCH = f"Only the first {CHARACTERS:,} characters were read."
WORDS = 24  # each one is a list of the index to walk
PREFIX = 3  # letters: two match so many words that PostgreSQL collects half the index

TERM = re.compile(r'(?P<minus>-(?=[^\s-]))?(?:"(?P<quoted>[^"]*)"?|(?P<word>[^\s"]+))')
PLAIN = re.compile(r"[a-z0-9]{1,63}")
EASY = re.compile('[ -"$-*,-~]{0,64}')  # ASCII without + and #, too short for a word to be cut
SYMBOLS = {"plusplus", "sharp"}  # how ++ and # are spelled once folded
# Kana, Han and Hangul as almost everybody writes them; what folds to the same from elsewhere is COMPATIBLE.
UNSPACED = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U0002f7ff]")
COMPATIBLE = (
    r"[\u0300-\u036f\u00ad\u1100-\u11ff\u200c\u200d\u2e80-\u2fdf\u3099\u309a\u3131-\u318e\u3200-\u33ff\uf900-\ufaff"
    r"\ufe00-\ufe4f\ufeff\uff66-\uffdc\U0002f800-\U0002fa1f]"
)
# What may stand between two of them and still make a phrase: what folds to a space.
BETWEEN = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7\u2000-\u206f"
    r"\u20a0-\u20cf\u2500-\u259f\u2e00-\u2e7f\u3000-\u303f\ue000-\uf8ff\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]*"
)
QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))


@dataclass(frozen=True)
class Term:
    """Words in a row, as the index spells them; `typed` as the person did, for marks."""

    typed: str
    words: tuple
    is_prefix: bool = False
    is_quoted: bool = False

    @property
    def is_phrase(self):
        return len(self.words) > 1

    @property
    def typed_for_marks(self):
        return self.typed + "*" * self.is_prefix

    def lexemes(self):
        """For tsquery. Quoted although no folded word holds a quote: no user's text is ever syntax."""
        quoted = ["'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in self.words]
        quoted[-1] += ":*" * self.is_prefix
        return "(" + " & ".join(quoted) + ")"

    def pattern(self):
        """For LIKE over ' ' || folded || ' '. No folded word holds % or _."""
        return "% " + " ".join(self.words) + ("%" if self.is_prefix else " %")

    @property
    def is_plain(self):
        """Whether a regex over ASCII text finds what the folded text would: no word cut short, none made of symbols."""
        return all(PLAIN.fullmatch(word) and word not in SYMBOLS for word in self.words)

    def regex(self):
        return "[^a-z0-9]+".join(self.words) + "[a-z0-9]*" * self.is_prefix

    @property
    def is_unspaced(self):
        return not self.is_prefix and all(UNSPACED.fullmatch(word) for word in self.words)

    def unspaced_regex(self):
        return BETWEEN.join(self.words)

    def as_prefix(self, letters):
        """The same, but its last word may go on if it has so many letters; what was quoted was meant."""
        return replace(self, is_prefix=self.is_prefix or (not self.is_quoted and len(self.words[-1]) >= letters))


@dataclass(frozen=True)
class Query:
    """`wanted`: all of these, each any of its terms. `unwanted`: none of these. `notice`: what was not understood."""

    text: str
    wanted: tuple = ()
    unwanted: tuple = ()
    notice: str = ""

    def __bool__(self):
        return bool(self.wanted)

    @property
    def why_nothing(self):
        """What to tell somebody whose words are nothing to look for."""
        if self.wanted or not self.text:
            return ""
        elif self.unwanted:
            return "Add a word to look for: so far there are only words to leave out."
        else:
            return "Nothing to look for: type a word, a number or a name."

    @property
    def marks(self):
        """The words for lib.marks."""
        return [term.typed_for_marks for terms in self.wanted for term in terms]

    @property
    def has_beginnings(self):
        return any(term.is_prefix for terms in (*self.wanted, self.unwanted) for term in terms)

    def lexemes(self):
        """The tsquery: everything the index can decide. It knows nothing of order, so phrases are checked after it."""
        wanted = ["(" + " | ".join(term.lexemes() for term in terms) + ")" for terms in self.wanted]
        unwanted = ["!" + term.lexemes() for term in self.unwanted if not term.is_phrase]
        return " & ".join(wanted + unwanted)

    def checks(self):
        """[(must match, terms, any of them)]: what is left to look for in the text of each row."""
        wanted = [(True, terms) for terms in self.wanted if any(term.is_phrase for term in terms)]
        return wanted + [(False, (term,)) for term in self.unwanted if term.is_phrase]

    def as_prefixes(self, letters=PREFIX):
        """The wider question, asked when nothing matched: every word may go on. Itself when no word can."""
        wanted = tuple(tuple(term.as_prefix(letters) for term in terms) for terms in self.wanted)
        return self if wanted == self.wanted else replace(self, wanted=wanted)


def parse(text):
    """A Query for any text whatsoever; what it leaves out it says in `notice`."""
    typed = clean(text).strip()
    text = typed[:CHARACTERS]
    found = list(TERM.finditer(text.translate(QUOTES)))
    folded = _fold([match["word"] if match["quoted"] is None else match["quoted"] for match in found])
    wanted, unwanted, count, is_alternative, short = [], [], 0, False, []
    for match, words in zip(found, folded, strict=True):
        if match["word"] == "OR" and not match["minus"]:
            is_alternative = bool(wanted)
            continue
        if count + len(words) > WORDS:
            # A phrase is kept whole or left out; of one that is too long by itself the beginning is kept.
            words = words[:WORDS] if not count else []
            count = WORDS + 1
        if words:
            term = _term(match, words)
            count += len(words)
            if match["minus"]:
                unwanted.append(term)
            elif is_alternative:
                wanted[-1] += (term,)
            else:
                wanted.append((term,))
            if _ends_with_star(match) and not term.is_prefix and words[-1].isascii():
                short.append(words[-1])
            is_alternative = False
        if count > WORDS:
            break
    notices = [
        TOO_MUCH if len(typed) > CHARACTERS else "",
        f"Only the first {WORDS} words were searched for." if count > WORDS else "",
        f"A beginning needs {PREFIX} letters: {short[0]} was searched for as a word." if short else "",
    ]
    return Query(text, tuple(wanted), tuple(unwanted), " ".join(filter(None, notices)))


def _term(match, words):
    is_quoted = match["quoted"] is not None
    return Term(
        typed=(match["quoted"] if is_quoted else match["word"].rstrip("*")).strip(),
        words=tuple(words),
        is_prefix=_ends_with_star(match) and _may_be_prefix(words[-1]),
        is_quoted=is_quoted,
    )


def _ends_with_star(match):
    return match["quoted"] is None and match["word"].endswith("*")


def _may_be_prefix(word):
    # One character of a script without spaces is a whole word here: a phrase of them is a substring already.
    return len(word) >= PREFIX


def _fold(texts):
    """Each text's words as the index spells them."""
    if all(map(EASY.fullmatch, texts)):
        return [[word.lower() for word in re.findall("[A-Za-z0-9]+", text)] for text in texts]
    # Asked of PostgreSQL: of everything else there must be one spelling, not two alike.
    with connection.cursor() as cursor:
        cursor.execute("SELECT parley_fold_1(t) FROM unnest(%s::text[]) WITH ORDINALITY AS u(t, n) ORDER BY n", [texts])
        return [row[0].split() for row in cursor.fetchall()]
