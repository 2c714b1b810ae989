from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        from accounts import trail  # noqa: F401  its receivers need the models, which are there only now
