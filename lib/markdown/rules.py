"""What our Markdown adds to CommonMark, as rules for markdown-it. Each is linear in its input."""

import re

from markdown_it.token import Token

from .links import is_link

# Formulas never hold a backtick, so that no code becomes one, and never run on for longer than could be typeset.
DISPLAY_DOLLARS = re.compile(r"\$\$((?:[^$`\\]|\\.|\$(?!\$)){1,2000}+)\$\$", re.DOTALL)
INLINE_DOLLARS = re.compile(r"\$(?![\s$])((?:[^$`\\]|\\.){1,2000}+)(?<!\s)\$(?![\w$])", re.DOTALL)
PARENTHESES = re.compile(r"\\\(((?:[^\\`]|\\(?![()]).){1,2000}+)\\\)", re.DOTALL)
BRACKETS = re.compile(r"\\\[((?:[^\\`]|\\(?![\[\]]).){1,2000}+)\\\]", re.DOTALL)
# "$5k in March and 10$" is money: it begins with a digit, goes on with words and has nothing of a formula.
MONEY = re.compile(r"\d[^\\^_=+<>{}]*\s[^\\^_=+<>{}]*", re.DOTALL)
# Scripts and data that were pasted without a fence: ${name}, "$a", '$1'.
SHELL = re.compile(r"(?s)\{[^\\}]*\}.*|[',.:].*|.*[\"#].*")
CLOSING = {"$$": "$$", "\\[": "\\]"}
FORMULA_LINES = 100

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")

TASK = re.compile(r"\[([ xX])\]\s+")

# What may follow the dots and brackets of a sentence is not part of the address.
BARE = re.compile(
    r"(?<![A-Za-z0-9_/])https?://[^\s<>\"'`|\\^{}\[\]\ue200-\ue204【】，。；：！？、（）「」『』《》]+"
    r"|(?<![\w.+/:@-])[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+(?![\w@])"
)


def inline_maths(state, silent):
    """$x$, $$x$$, \\(x\\) and \\[x\\] in running text."""
    source, pos = state.src, state.pos
    if source[pos] == "$":
        if pos and (source[pos - 1].isalnum() or source[pos - 1] == "$"):
            return False
        display = source.startswith("$$", pos)
        found = (DISPLAY_DOLLARS if display else INLINE_DOLLARS).match(source, pos, state.posMax)
        if found and not display and (MONEY.fullmatch(found[1]) or SHELL.fullmatch(found[1])):
            return False
    elif source.startswith(("\\(", "\\["), pos):
        display = source[pos + 1] == "["
        found = (BRACKETS if display else PARENTHESES).match(source, pos, state.posMax)
    else:
        return False
    if not found or not found[1].strip():
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = found[1].strip()
        token.meta["display"] = display
    state.pos = found.end()
    return True


def block_maths(state, start, end, silent):
    """A formula on lines of its own, $$ … $$ or \\[ … \\], with empty lines or lists' dashes inside it."""
    if state.is_code_block(start):
        return False
    first = state.bMarks[start] + state.tShift[start]
    opening = state.src[first : first + 2]
    if opening not in CLOSING:
        return False
    lines = []
    for number in range(start, min(end, start + FORMULA_LINES)):
        if number > start and state.sCount[number] < state.blkIndent and not state.isEmpty(number):
            return False
        line = state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()
        body = line[2:] if number == start else line
        if number > start and opening == "\\[" and line.startswith(opening):
            return False  # never closed; a page of these would be read to its end once for each
        content, closing, rest = body.partition(CLOSING[opening])
        lines.append(content)
        if closing:
            break
    else:
        return False
    tex = "\n".join(lines).strip()
    if rest.strip(" .,;") or not tex or "`" in tex:
        return False
    if not silent:
        token = state.push("math_block", "math", 0)
        token.content = tex
        token.map = [start, number + 1]
        state.line = number + 1
    return True


def headings(state):
    """The page has h1 and h2. A message begins at h3, whatever sign it used, and skips no level on the way down."""
    tokens = [token for token in state.tokens if token.type in {"heading_open", "heading_close"}]
    ranks = {tag: rank for rank, tag in enumerate(sorted({token.tag for token in tokens}))}
    level = 2
    for token in tokens:
        if token.type == "heading_open":
            level = min(3 + ranks[token.tag], level + 1, 6)
        token.tag = f"h{level}"


def task_lists(state):
    """- [ ] and - [x]: one look at the tokens, where the library's plugin looks back at its parents for each."""
    tokens = state.tokens
    for item, paragraph, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if item.type != "list_item_open" or paragraph.type != "paragraph_open" or not inline.children:
            continue
        first = inline.children[0]
        found = first.type == "text" and TASK.match(first.content)
        if found:
            item.meta["task"] = True
            first.content = first.content[found.end() :]
            inline.children.insert(0, Token("task_mark", "span", 0, meta={"done": found[1] != " "}))


def bare_links(state):
    """Addresses typed without any mark become links: one pass of one regular expression over each run of text."""
    for block in state.tokens:
        if block.type != "inline" or not ("://" in block.content or "@" in block.content):
            continue
        children, depth = [], 0
        for token in block.children:
            depth += token.nesting if token.type in ("link_open", "link_close") else 0
            if token.type == "text" and depth == 0:
                children.extend(_linked(token, state))
            else:
                children.append(token)
        block.children = children


def _linked(token, state):
    """The text token, cut where addresses begin and end, with links around these."""
    text, done = token.content, 0
    for found in BARE.finditer(text):
        address = _trimmed(found[0])
        if not state.env["allowance"].bare_links:
            break
        state.env["allowance"].bare_links -= 1
        url = state.md.normalizeLink(address if "://" in address else f"mailto:{address}")
        if not is_link(url):
            continue
        if found.start() > done:
            yield _text(token, text[done : found.start()])
        opening = token.copy(type="link_open", tag="a", nesting=1, content="", attrs={"href": url})
        yield opening
        yield _text(token, address)
        yield token.copy(type="link_close", tag="a", nesting=-1, content="", attrs={})
        done = found.start() + len(address)
    if done < len(text):
        yield _text(token, text[done:])


def _text(token, content):
    return token.copy(content=content)


def _trimmed(address):
    """The address without the sentence's full stop and without a bracket that was opened before it."""
    surplus = address.count(")") - address.count("(")
    end = len(address)
    while end and (address[end - 1] in "?!.,:;*_~" or (address[end - 1] == ")" and surplus > 0)):
        surplus -= address[end - 1] == ")"
        end -= 1
    return address[:end]


def images(state):
    """Says of each picture whether it stands inside a link, where it cannot become a link of its own, and whether it is
    a paragraph by itself."""
    for block in state.tokens:
        depth, alone = 0, False
        if "![" in block.content:
            alone = all(child.type == "image" or not child.content.strip() for child in block.children or ())
        for token in block.children or ():
            if token.type in ("link_open", "link_close"):
                depth += token.nesting
            elif token.type == "image":
                token.meta |= {"linked": depth > 0, "alone": alone}


def directions(state):
    """Lists, quotes and tables of a script that runs from right to left begin at the right, with their marks."""
    if RIGHT_TO_LEFT.search(state.src):
        for token in state.tokens:
            if token.type in {"bullet_list_open", "ordered_list_open", "blockquote_open", "table_open"}:
                token.attrSet("dir", "auto")
