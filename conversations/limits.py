"""How much of anything is allowed, and why. What passes a limit comes back as a clear error, never as a cut."""

TITLE = 256  # what every dialect accepts as a title; one line in a list anywhere
PREVIEW = 200  # two lines of a list row
MESSAGES = 10_000  # appends per conversation, all branches counted; an import keeps longer ones whole
TEXT = 1_000_000  # characters of one message: a long book chapter; beyond it a row is an attachment in disguise
METADATA_BYTES = 64 * 1024  # notes about a conversation, not the conversation itself
ATTACHMENT_BYTES = 20 * 1024 * 1024  # a photo or a PDF; an import keeps larger files out and says so
TAG = 64
TAGS = 40  # per conversation
NOTE = 4_096
BRANCH_NAME = 64
SELECTION = 100  # conversations that one request changes or deletes
INDEXED_TEXT = 100_000  # characters of one message that search sees: PostgreSQL refuses vectors above 1 MiB
