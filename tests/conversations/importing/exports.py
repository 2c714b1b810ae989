"""Small ChatGPT exports, spelled out where the test stands: nodes by name, in the shape the real files have."""

import json

BORN = 1_720_000_000


def node(key, parent=None, text=None, *, role="user", children=(), content=None, at=0, **message):
    """A node of `mapping`. Without text or content its message is null, as at every root."""
    if text is not None:
        content = {"content_type": "text", "parts": [text]}
    return {
        "id": key,
        "parent": parent,
        "children": list(children),
        "message": content
        and {
            "id": key,
            "author": {"role": role, "name": message.pop("name", None), "metadata": {}},
            "create_time": BORN + at,
            "content": content,
            "recipient": "all",
            "metadata": {},
            **message,
        },
    }


def answer(key, parent, text=None, **message):
    return node(key, parent, text, role="assistant", **message)


def chat(*nodes, identity="chat-1", title="A title", current=None, **fields):
    return {
        "id": identity,
        "conversation_id": identity,
        "title": title,
        "create_time": BORN,
        "update_time": BORN + 500,
        "current_node": current or nodes[-1]["id"],
        "mapping": {each["id"]: each for each in nodes},
        **fields,
    }


def simple(identity="chat-1", **fields):
    """Root, question, answer."""
    return chat(
        node("root", children=["q"]),
        node("q", "root", "Which telescope?", children=["a"], at=1),
        answer("a", "q", "A Dobsonian.", at=2),
        identity=identity,
        **fields,
    )


def chats(count):
    return [simple(f"chat-{n}") for n in range(count)]


def write(folder, *chats, name="conversations.json"):
    path = folder / name
    path.write_text(json.dumps(list(chats)))
    return path
