"""What a verb may say no with."""

from lib.refusals import Refusal


class SettingsTooLarge(Refusal):
    said = "Settings are at most 64 KiB of JSON."


class TooManyTries(Refusal):
    def __init__(self, wait, said):
        super().__init__(said)
        self.retry_after, self.said = wait, said


class TooManyRequests(Refusal):
    def __init__(self, limit, minutes, wait):
        super().__init__(limit, minutes)
        often = "a minute" if minutes == 1 else f"in {minutes} minutes"
        self.said, self.retry_after = f"More than {limit:,} requests {often}.", wait
