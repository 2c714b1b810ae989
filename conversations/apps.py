from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"

    def ready(self):
        from conversations import erasure  # noqa: F401  its receiver needs the models, which are there only now
