"""What a verb may say no with."""

from lib.refusals import Refusal


class SettingsTooLarge(Refusal):
    said = "Settings are at most 64 KiB of JSON."
