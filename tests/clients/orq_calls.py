"""What a day with Orq's client needs in each of its generations: calls, awaited with MODE=async; walks; refusals."""

import asyncio
import os

from orq_ai_sdk import Orq

orq = Orq(api_key=os.environ["PARLEY_KEY"], server_url=os.environ["PARLEY_URL"])
loop = asyncio.new_event_loop()


def call(name, **given):
    if os.environ["MODE"] == "async":
        return loop.run_until_complete(getattr(orq.conversations, f"{name}_async")(**given))
    return getattr(orq.conversations, name)(**given)


def pages(**narrowed):
    """[[names of a page] …] from the newest to the oldest, and back again."""
    down = [call("list", limit=2, **narrowed)]
    while down[-1].has_more:
        down.append(call("list", limit=2, starting_after=down[-1].data[-1].id, **narrowed))
    up = [call("list", limit=2, ending_before=down[-1].data[0].id, **narrowed)]
    while up[-1].has_more:
        up.append(call("list", limit=2, ending_before=up[-1].data[0].id, **narrowed))
    return [[[row.display_name for row in page.data] for page in way] for way in (down, up)]


def refused(kind, name, **given):
    try:
        call(name, **given)
    except kind as error:
        return [type(error).__name__, error.status_code, getattr(getattr(error, "data", None), "message", error.body)]
    return None
