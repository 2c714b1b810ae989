"""Conversations out of other programs' exports.

    file → records (reading) → one format's module (formats) → plain dataclasses (incoming) → rows (writing)

`Import(batch).run()` does it all and keeps the report. A new format is one module in `formats`; nothing else here
knows any program by name.
"""

from conversations.importing.job import Import
from conversations.importing.undoing import Undo

__all__ = ["Import", "Undo"]
