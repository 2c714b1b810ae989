"""What a batch did, for programs and for people."""

from dataclasses import dataclass

from lib.text import listed
from lib.times import iso

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
        "started_at": batch.started_at and iso(batch.started_at),
        "finished_at": batch.finished_at and iso(batch.finished_at),
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


@dataclass(slots=True)
class Tally:
    """One noun of a report for a page: how many the file holds, and what became of each of them."""

    name: str
    total: int
    outcomes: list  # (number, words)


def tallies(batch):
    counts = report(batch, lines=[])["counts"]
    return [
        Tally(
            NAMES[noun],
            sum(outcomes.values()),
            [(number, SAID.get((noun, outcome), outcome)) for outcome, number in outcomes.items() if number],
        )
        for noun, outcomes in counts.items()
    ]


def told(noun, outcomes):
    """What happened to them, without what did not: "3 new, 1 skipped"."""
    return ", ".join(
        f"{outcomes[outcome]:,} {SAID.get((noun, outcome), outcome)}"
        for outcome in WORDS[noun]
        if outcomes.get(outcome)
    )


def in_a_line(batch):
    """What became of it, for a list of imports; "" where nothing has yet."""
    if batch.status == "undone":
        return undone(batch.counts.get("undone", {}))
    words = told("conversations", batch.counts.get("conversations", {}))
    return batch.error or (words and f"Conversations: {words}")


def undone(counts):
    """What undoing did, as a sentence; `counts` as Undo keeps them."""
    removed = [_counted(counts[noun], noun) for noun in WORDS if counts.get(noun)]
    back = [_counted(counts[key], noun) for key, noun in BACK.items() if counts.get(key)]
    sentence = f"Removed {listed(removed or ['nothing'])}"
    return f"{sentence}, and put back the old words of {listed(back)}." if back else f"{sentence}."


def _counted(number, noun):
    return f"{number:,} {noun.removesuffix('s') if number == 1 else noun}"


def together(reports):
    """Several reports as one, without their lines."""
    return {
        "file": f"{len(reports):,} files",
        "status": "done" if any(each["status"] == "done" for each in reports) else "failed",
        "error": "",
        "counts": {
            noun: {outcome: sum(each["counts"][noun][outcome] for each in reports) for outcome in outcomes}
            for noun, outcomes in WORDS.items()
        },
        "lines": [],
        "lines_left_out": 0,
    }


def in_words(report, limit=50, *, is_rehearsal=False):
    """The report as text for a terminal; at most `limit` of its lines."""
    words = [f"{report['file']}: {report['error'] or _state(report, is_rehearsal)}"]
    for noun, outcomes in report["counts"].items():
        words.append(f"  {NAMES[noun]}: {told(noun, outcomes) or 'none'}")
    for line in report["lines"][:limit]:
        about = f"{line['title'] or 'untitled'}" + (f" ({line['id']})" if line["id"] else "")
        words.append(f"  {line['outcome'].capitalize()}: record {line['record']}, {about}: {line['reason']}")
    left = len(report["lines"][limit:]) + report["lines_left_out"]
    if left:
        words.append(f"  and {left:,} more lines")
    return "\n".join(words)


def _state(report, is_rehearsal):
    if report["status"] != "done":
        return STATUS[report["status"]]
    conversations = report["counts"]["conversations"]
    if not (conversations["new"] or conversations["changed"]):
        return NOTHING_NEW
    return REHEARSED if is_rehearsal else STATUS["done"]


NOTHING_NEW = "Nothing new: everything in it was here already."
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
# A thread counts the messages of the branch it shows; a file holds those of all branches.
NAMES = {"conversations": "Conversations", "messages": "Messages, on all branches", "attachments": "Attachments"}
SAID = {
    ("messages", "deleted"): "left out because deleted here",
    ("messages", "structural"): "left out as empty",
    ("attachments", "missing"): "named but not in the file",
    ("attachments", "skipped"): "left out as too large or damaged",
}
BACK = {"restored": "messages", "titles": "titles"}
