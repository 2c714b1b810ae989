"""Marks of sources in ChatGPT's answers, in all the ways they were written since 2023, made into Markdown links.

1. 【11†(Title)】 with metadata.citations[{start_ix, end_ix, metadata{title, url, extra{cited_message_idx}}}]
2. 【3†source】 with metadata._cite_metadata.metadata_list, counted from 0
3. private-use marks with metadata.content_references[{matched_text, start_idx, end_idx, type, items[], …}]
4. turn0search18, resolved through metadata.search_result_groups[{entries[{ref_id{turn_index, ref_type, ref_index}}]}]

What cannot be resolved is taken out of the text: it means nothing to a reader. The original keeps it.
"""

import re
from urllib.parse import urlsplit

# What one answer may name: beyond it is no answer but an attack on the clock.
LIMIT = 2_000

_BRACKETED = re.compile(r"【(\d{1,6})(?:†[^】\n]{0,500})?】")
_PRIVATE = re.compile("\ue200([^\ue200\ue201]{0,2000})\ue201")
_PRIVATE_LEFT = re.compile("[\ue200-\ue206]")
_REFERENCE = re.compile(r"turn(\d{1,6})([a-z]{1,20})(\d{1,6})")
_BARE = re.compile(
    r"\b(?:cite)?(?:turn\d{1,6}(?:search|news|view|fetch|image|product|forecast|finance|sports)\d{1,6})+\b"
)
_UNSAFE = re.compile(r"[\s()<>\\\x00-\x1f]")
_TRACE = re.compile("[【\ue200-\ue206]|turn\\d")


def resolve(text, metadata):
    """(text with links, citation parts). Text without any mark comes back as it was, without parts."""
    if not _is_marked(text) and not metadata.get("content_references"):
        return text, []
    sources = _Sources(metadata)
    text = _replace_spans(text, sources)
    text = _BRACKETED.sub(sources.bracketed, text)
    text = _PRIVATE.sub(sources.referenced, text)
    text = _BARE.sub(sources.bare, text)
    return _PRIVATE_LEFT.sub("", text), sources.parts


def _is_marked(text):
    # Most answers are not, and looking for a word is twenty times as fast as looking for any of these characters.
    return ("turn" in text or not text.isascii()) and _TRACE.search(text) is not None


class _Sources:
    """What one message's metadata says about its sources, and the citation parts that were used."""

    def __init__(self, metadata):
        self.parts = []
        self.cited = _objects(metadata.get("citations"))
        self.references = _objects(metadata.get("content_references"))
        self.by_number = {}
        listed = metadata.get("_cite_metadata")
        if isinstance(listed, dict):
            self.by_number |= dict(enumerate(_objects(listed.get("metadata_list"))))
        for citation in self.cited:
            known = _object(citation.get("metadata"))
            number = _object(known.get("extra")).get("cited_message_idx")
            if isinstance(number, int):
                self.by_number[number] = known
        self.by_reference = {}
        for group in _objects(metadata.get("search_result_groups")):
            for entry in _objects(group.get("entries")):
                self.by_reference[_key(entry.get("ref_id"))] = entry
        for reference in self.references:
            for ref in _objects(reference.get("refs")):
                self.by_reference.setdefault(_key(ref), reference)

    def link(self, source, mark):
        """` ([site](url))` for a source with an address, else nothing; remembers it as a part."""
        url = _address(source.get("url"))
        if not url:
            return ""
        part = {"type": "citation", "title": str(source.get("title") or url)[:500], "url": url, "mark": mark}
        if isinstance(quote := source.get("snippet"), str) and quote:
            part["quote"] = quote[:500]
        if part not in self.parts[-20:]:
            self.parts.append(part)
        return f" ([{_site(url)}]({url}))"

    def bracketed(self, match):
        return self.link(self.by_number.get(int(match[1]), {}), match[0])

    def referenced(self, match):
        return self._links(match[1], match[0])

    def bare(self, match):
        links = self._links(match[0], match[0])
        # A word that only looks like a reference stays, unless nothing else could be meant.
        return links or ("" if match[0].startswith("cite") else match[0])

    def _links(self, references, mark):
        found = [(int(turn), kind, int(rank)) for turn, kind, rank in _REFERENCE.findall(references)]
        return "".join(self.link(self.by_reference.get(key, {}), mark) for key in found)


def _replace_spans(text, sources):
    """Replaces what citations and content_references name by place or by its own words."""
    spans = []
    for citation in sources.cited:
        start, end = citation.get("start_ix"), citation.get("end_ix")
        if _is_span(text, start, end) and text[start] in "【\ue200":
            spans.append((start, end, lambda mark, known=citation: sources.link(_object(known.get("metadata")), mark)))
    cursor = 0
    for reference in sources.references:
        matched = reference.get("matched_text")
        if not isinstance(matched, str) or not matched.strip() or reference.get("type") == "sources_footnote":
            continue
        start = reference.get("start_idx")
        if not isinstance(start, int) or start < 0 or not text.startswith(matched, start):
            start = text.find(matched, cursor)
        if start >= 0:
            cursor = start + len(matched)
            spans.append((start, cursor, lambda mark, known=reference: _reference(known, mark, sources)))
    pieces, at = [], 0
    for start, end, replacement in sorted(spans, key=lambda span: span[:2]):
        if start >= at:
            pieces += [text[at:start], replacement(text[start:end])]
            at = end
    return "".join([*pieces, text[at:]])


def _reference(reference, mark, sources):
    if items := _objects(reference.get("items")):
        links = []
        for item in items:
            links.append(sources.link(item, mark))
            links += [sources.link(website, mark) for website in _objects(item.get("supporting_websites"))]
        if any(links):
            return "".join(links)
    if link := sources.link(reference, mark):
        return link
    # alt_text and its kin: their words, in Markdown already. An image's or a widget's mark has none.
    alt = reference.get("alt")
    if isinstance(alt, str) and alt:
        return alt
    if _PRIVATE_LEFT.search(mark) or mark.startswith("【"):
        return ""
    return mark


def _is_span(text, start, end):
    return isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)


def _objects(value):
    return [item for item in value[:LIMIT] if isinstance(item, dict)] if isinstance(value, list) else []


def _object(value):
    return value if isinstance(value, dict) else {}


def _key(reference):
    """turn0search18 as (0, "search", 18); a made-up one is only text, so that it can be looked up and not found."""
    known = _object(reference)
    key = (known.get("turn_index"), known.get("ref_type"), known.get("ref_index"))
    return key if all(isinstance(piece, int | str) for piece in key) else str(key)


def _address(url):
    """The URL, safe inside Markdown's parentheses; "" where it is none of the web."""
    if not isinstance(url, str) or len(url) > 2_000 or not url.lower().startswith(("http://", "https://")):
        return ""
    return _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode(errors="replace")), url)


def _site(url):
    try:
        host = urlsplit(url).hostname or "source"
    except ValueError:
        host = "source"
    return re.sub(r"[^\w.-]", "", host.removeprefix("www.")) or "source"
