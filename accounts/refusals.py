"""What a verb may say no with."""

from lib.refusals import Refusal


class SettingsTooLarge(Refusal):
    said = "Settings are at most 64 KiB of JSON."


class TooManyTries(Refusal):
    def __init__(self, wait, said):
        super().__init__(said)
        self.retry_after, self.said = wait, said
