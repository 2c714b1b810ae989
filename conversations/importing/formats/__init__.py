"""One module per exporting program. Each offers:

NAME                   what `source` and the report call it
recognises(value)      whether one object of a file is a conversation of this program, judged by its shape alone
read(value, now)       an IncomingConversation; raises incoming.Unreadable
is_newer(value, than)  whether one export of a conversation was made later than another
merge(older, newer)    one object that holds both: nodes that only one of two exports has are kept
put_back(value, before, ids, title)
                       one object that says of some messages, and of its title, what an older export says
"""

from conversations.importing.formats import chatgpt

FORMATS = {module.NAME: module for module in (chatgpt,)}

# Shapes of programs that cannot be read yet: it helps to be told that the file was understood, and is not damaged.
_KNOWN = [
    ("Claude", lambda value: isinstance(value.get("chat_messages"), list)),
    ("Open WebUI", lambda value: isinstance(value.get("chat"), dict) and "history" in value["chat"]),
    ("LibreChat", lambda value: "conversationId" in value and ("messages" in value or "messagesTree" in value)),
    ("ShareGPT", lambda value: isinstance(value.get("conversations"), list)),
    ("AI Studio", lambda value: isinstance(value.get("chunkedPrompt"), dict)),
    ("OpenAI chat", lambda value: isinstance(value.get("messages"), list)),
]


def detect(value, wanted="auto"):
    """The module that reads this object; None where no format recognises it (or not the wanted one)."""
    modules = FORMATS.values() if wanted == "auto" else [FORMATS[wanted]]
    if not isinstance(value, dict):
        return None
    return next((module for module in modules if module.recognises(value)), None)


def foreign(value):
    """The name of a program whose shape this is and that Parley cannot read yet, or ""."""
    if not isinstance(value, dict):
        return ""
    return next((name for name, fits in _KNOWN if fits(value)), "")
