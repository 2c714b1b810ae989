"""The production settings on a day that does not pass, so that two runs make the same pictures."""

import logging

import time_machine

from config.settings import *  # noqa: F403

NOW = "2026-11-20T21:15:00Z"
ROOT_URLCONF = "tests.screenshots.urls"

time_machine.travel(NOW, tick=False).start()
LOGGING["loggers"] |= {"django.request": {"level": logging.CRITICAL}}  # noqa: F405  refusals are asked for
