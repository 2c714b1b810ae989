from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "sharing"

    def ready(self):
        from sharing import endings  # noqa: F401  its receivers need the models, which are there only now
