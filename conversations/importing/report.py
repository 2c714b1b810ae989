"""What a batch did, for programs and for people."""

WORDS = {
    "conversations": ("new", "changed", "identical", "skipped"),
    "messages": ("new", "changed", "identical", "deleted", "structural"),
    "attachments": ("new", "identical", "missing", "skipped"),
}


def report(batch, lines=None):
    """The report as JSON-ready values: counts by noun and outcome, and lines {record, outcome, id, title, reason}."""
    return {
        "id": batch.typeid,
        "file": batch.file_name,
        "format": batch.format,
        "status": batch.status,
        "error": batch.error,
        "started_at": batch.started_at.isoformat() if batch.started_at else None,
        "finished_at": batch.finished_at.isoformat() if batch.finished_at else None,
        "records": batch.records_read,
        "counts": {
            noun: {outcome: batch.counts.get(noun, {}).get(outcome, 0) for outcome in outcomes}
            for noun, outcomes in WORDS.items()
        },
        "undone": batch.counts.get("undone"),
        "lines": [
            {
                "record": line.record,
                "outcome": line.outcome,
                "id": line.external_id,
                "title": line.title,
                "reason": line.reason,
            }
            for line in (batch.lines.all() if lines is None else lines)
        ],
        "lines_left_out": batch.counts.get("lines", {}).get("left_out", 0),
    }


def summary(batch):
    """[("Conversations", "3 new, 1 skipped"), …] for a page."""
    counts = report(batch, lines=[])["counts"]
    return [(noun.capitalize(), told(noun, outcomes)) for noun, outcomes in counts.items()]


def told(noun, outcomes):
    """What happened to them, without what did not: "3 new, 1 skipped"."""
    return ", ".join(
        f"{number:,} {SAID.get((noun, outcome), outcome)}" for outcome, number in outcomes.items() if number
    )


def in_words(report, limit=50, *, is_rehearsal=False):
    """The report as text for a terminal; at most `limit` of its lines."""
    said = REHEARSED if is_rehearsal and report["status"] == "done" else STATUS.get(report["status"], report["status"])
    words = [f"{report['file']}: {report['error'] or said}"]
    for noun, outcomes in report["counts"].items():
        words.append(f"  {noun.capitalize()}: {told(noun, outcomes) or 'none'}")
    for line in report["lines"][:limit]:
        about = f"{line['title'] or 'untitled'}" + (f" ({line['id']})" if line["id"] else "")
        words.append(f"  {line['outcome'].capitalize()}: record {line['record']}, {about}: {line['reason']}")
    left = len(report["lines"][limit:]) + report["lines_left_out"]
    if left:
        words.append(f"  and {left:,} more lines")
    return "\n".join(words)


REHEARSED = "Would be imported. Nothing was changed."
STATUS = {
    "waiting": "Waiting.",
    "running": "Being imported.",
    "cancelling": "Being cancelled.",
    "cancelled": "Cancelled. What was imported before stays.",
    "done": "Imported.",
    "failed": "Nothing was imported.",
    "undoing": "Being undone.",
    "undone": "Undone.",
}
SAID = {
    ("messages", "deleted"): "deleted here before and left out",
    ("messages", "structural"): "empty records left out",
    ("attachments", "missing"): "named but not in the export",
    ("attachments", "skipped"): "too large or damaged",
}
