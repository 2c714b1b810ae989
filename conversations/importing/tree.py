"""Putting a tree of strangers' nodes in order, whatever they claim about each other. No recursion: chains are deep."""

from datetime import UTC, datetime

_NEVER = datetime.max.replace(tzinfo=UTC)


def in_order(nodes, born):
    """(messages, notices): the messages of `nodes` (a dict of key → Node) so that parents stand before children.

    Every message comes back exactly once. A node without a message passes its children up to the nearest message
    above it. Loops and parents that do not exist are cut, and a notice says how many. Siblings keep the order of
    their parent's list of children, then of their times. A message without a time takes its parent's, the first one
    `born`.
    """
    parents, notices = _parents(nodes)
    for key, parent in parents.items():
        nodes[key].parent = parent
    children = _children(nodes, parents)
    messages = []
    # (node, nearest message above); popped from the end, so the first sibling is pushed last.
    waiting = [(node, None) for node in reversed(children.get(None, []))]
    while waiting:
        node, above = waiting.pop()
        message = node.message
        if message is not None:
            message.parent = above.source_id if above else None
            message.created_at = message.created_at or (above.created_at if above else born)
            messages.append(message)
            above = message
        waiting.extend((child, above) for child in reversed(children.get(node.key, [])))
    return messages, notices


def nearest_message(nodes, key):
    """The message at `key`, or the nearest one above it; None where there is none. After in_order()."""
    while key in nodes:
        if nodes[key].message is not None:
            return nodes[key].message
        key = nodes[key].parent
    return None


def newest_leaf(messages):
    """The message nobody answered that was said last: the current branch of a tree that does not name one."""
    answered = {message.parent for message in messages}
    leaves = [message for message in messages if message.source_id not in answered]
    return max(leaves, key=lambda message: message.created_at, default=None)


def _parents(nodes):
    claimed = {}  # what a list of children says, for nodes that do not name a parent themselves
    for node in nodes.values():
        for child in node.children:
            if child != node.key:
                claimed.setdefault(child, node.key)
    parents, missing = {}, 0
    for key, node in nodes.items():
        parent = claimed.get(key) if node.parent is None else node.parent
        if parent is not None and parent not in nodes:
            missing += 1
            parent = claimed.get(key)
        parents[key] = parent
    loops = _cut_loops(parents)
    notices = []
    if missing:
        notices.append(f"{_messages(missing)} named a parent that is not in the file.")
    if loops:
        notices.append(f"{_messages(loops)} answered themselves, directly or in a circle; the circle was opened.")
    return parents, notices


def _cut_loops(parents):
    """Opens each circle where it was entered. Every node is walked once: `safe` ones lead to a root."""
    safe, cut = set(), 0
    for start in parents:
        path, key = {}, start
        while key is not None and key not in safe and key not in path:
            path[key] = None
            key = parents[key]
        if key in path:
            parents[key] = None
            cut += 1
        safe.update(path)
    return cut


def _children(nodes, parents):
    listed = {}
    for node in nodes.values():
        for rank, child in enumerate(node.children):
            listed.setdefault((node.key, child), rank)
    children = {}
    for key, parent in parents.items():
        children.setdefault(parent, []).append(nodes[key])
    for parent, siblings in children.items():
        if len(siblings) > 1:
            siblings.sort(
                key=lambda node, parent=parent: (
                    listed.get((parent, node.key), len(nodes)),
                    (node.message and node.message.created_at) or _NEVER,
                )
            )
    return children


def _messages(count):
    return "1 message" if count == 1 else f"{count:,} messages"
