from conversations.admin import conversations, imports, messages, readers

__all__ = ["conversations", "imports", "messages", "readers"]
