"""Makes ChatGPT exports of any size: python -m tests.generate 1000 > conversations.json  (megabytes)

Real shapes, invented words: linear and branching conversations, empty roots, system placeholders, models, times, and
every so often a tree of 10,000 nodes. The same seed gives the same bytes.
"""

import json
import random
import sys

WORDS = (  # noqa: SIM905  a list would take a page
    "telescope mirror orbit planet aperture comet harvest garden kettle violin river bridge lantern compass market "
    "winter letter copper island forest engine window signal pepper basket cellar thunder meadow harbour ribbon"
).split()
MODELS = ["gpt-4o", "gpt-4", "o3-mini", "gpt-5", None]
BORN = 1_700_000_000


def export(megabytes, seed=1, large_every=500):
    """Yields the text of one conversations.json of about so many megabytes, piece by piece."""
    chance, written, number = random.Random(seed), 0, 0
    yield "["
    while written < megabytes * 1_000_000:
        number += 1
        turns = 5_000 if number % large_every == 0 else chance.choice([1, 2, 3, 5, 8, 13, 40])
        piece = json.dumps(conversation(chance, number, turns))
        written += len(piece)
        yield ("," if number > 1 else "") + piece
    yield "]"


def conversation(chance, number, turns):
    mapping = {"client-created-root": {"id": "client-created-root", "message": None, "parent": None, "children": []}}
    at, clock = "client-created-root", BORN + number * 3_600
    for turn in range(turns):
        for role in ("user", "assistant"):
            # One question in twenty is asked again from further up: a branch.
            if role == "user" and turn > 2 and chance.random() < 0.05:
                at = mapping[mapping[at]["parent"]]["parent"]
            key = f"{chance.getrandbits(128):032x}"
            clock += 7
            mapping[at]["children"].append(key)
            mapping[key] = {"id": key, "parent": at, "children": [], "message": message(chance, key, role, clock)}
            at = key
    return {
        "title": " ".join(chance.choices(WORDS, k=4)).capitalize(),
        "create_time": BORN + number * 3_600 + 0.25,
        "update_time": clock + 0.5,
        "mapping": mapping,
        "moderation_results": [],
        "current_node": at,
        "conversation_id": f"{number:08d}-0000-4000-8000-000000000000",
        "default_model_slug": "gpt-4o",
        "is_archived": False,
        "id": f"{number:08d}-0000-4000-8000-000000000000",
    }


def message(chance, key, role, clock):
    lengths = [6, 20, 60, 120, 250] if role == "assistant" else [4, 10, 30]
    said = " ".join(chance.choices(WORDS, k=chance.choice(lengths)))
    metadata = {"request_id": f"{chance.getrandbits(64):016x}-AMS", "timestamp_": "absolute", "message_type": None}
    if role == "assistant":
        metadata |= {"model_slug": chance.choice(MODELS), "finish_details": {"type": "stop"}, "citations": []}
    return {
        "id": key,
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": clock + 0.125,
        "update_time": None,
        "content": {"content_type": "text", "parts": [said]},
        "status": "finished_successfully",
        "end_turn": True if role == "assistant" else None,
        "weight": 1.0,
        "metadata": metadata,
        "recipient": "all",
        "channel": None,
    }


if __name__ == "__main__":
    for piece in export(float(sys.argv[1])):
        sys.stdout.write(piece)
