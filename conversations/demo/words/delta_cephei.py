"""The long thread: 160 evenings with one star. The weather is invented, the star, the Sun and the Moon are computed."""

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NIGHTS = 159  # and one exchange to begin with: 320 messages
LATITUDE, LONGITUDE = math.radians(51.5), 9.9  # the garden
PERIOD = 5.366341  # days; maximum at Julian date 2436075.445, from the General Catalogue of Variable Stars
BRIGHTER, FAINTER = 3.4, 4.2  # the comparison stars zeta and epsilon Cephei

SKIES = [
    "Clear from edge to edge",
    "Thin cirrus, but Cepheus is free",
    "Gaps between clouds, caught one of ten minutes",
    "Clear, very damp, everything drips",
    "Hazy, fourth magnitude only just",
    "Clear after rain, the best air for weeks",
    "Clear in spite of the forecast",
    "High haze with a ring around the lamp over the road",
]
PLACES = ["from the garden bench", "from the kitchen step", "from the gate", "lying on the mat"]
ROOFED = 180  # days ago: since then there is a roof to open
ASIDES = [
    "A hedgehog inspected the eyepiece case.",
    "The neighbour switched his lamp off without being asked.",
    "Looked twice, ten minutes apart, same value.",
    "Forgot the red lamp and had to wait for my eyes again.",
    "Mu Cephei beside it is really as red as they say, in the binoculars.",
    "A satellite went straight through the middle of the house.",
    "Jonas guessed too, without hearing mine, and said the same.",
    "Hard to judge with zeta flickering so much.",
    "The owl in the walnut tree is back.",
    "Cold fingers, short notes.",
]


@dataclass(frozen=True)
class Night:
    at: datetime
    phase: float  # 0 at maximum
    tenths: int  # of the way from zeta to epsilon; beyond 10 it is fainter than both
    sky: str
    aside: str

    @property
    def estimate(self):
        return round(BRIGHTER + (FAINTER - BRIGHTER) * self.tenths / 10, 2)

    @property
    def noted(self):
        """As observers write it: 3 parts from zeta, 7 from epsilon."""
        if self.tenths > 10:
            return f"Fainter than ε, by {self.tenths - 10} of the ten parts"
        elif self.tenths in (0, 10):
            return f"Equal to {'ε' if self.tenths else 'ζ'}"
        else:
            return f"ζ {self.tenths} v {10 - self.tenths} ε"


def tell(story):
    story.begin(
        "Delta Cephei: the observing log",
        days=500,
        at="19:30",
        model="lantern-2-small",
        project="Observatory",
        tags=["variable stars"],
        pinned=True,
    )
    story.ask(
        """
        I want to follow delta Cephei by eye, every clear night. I compare it with zeta (3.4) and epsilon (4.2) and tell
        you where it stands between them in tenths. Please keep count, turn it into a magnitude, and say how far I am
        from the published curve.
        """
    )
    story.answer(
        """
        Agreed. Send it as observers write it: `ζ 3 v 7 ε` means three tenths of the way from zeta to epsilon, which is
        3.4 + 0.3 × 0.8 = 3.64.

        For the comparison I use the catalogue’s period of 5.366341 days. The star falls from 3.5 to 4.4 in about four
        days and climbs back in little more than one, so the nights of the rise are worth getting up for. Decide on the
        value before you read my answer to the last one.
        """
    )
    for number, night in enumerate(nights(story), 1):
        story.clock = night.at
        story.ask(_report(night), after=0)
        story.answer(_reduced(night, number))


def nights(story):
    """The evenings, oldest first, up to the day before yesterday; the same list for the same day."""
    dice = random.Random(2436075)  # noqa: S311  weather, not a secret
    days = [*sorted(dice.sample(range(3, 500), NIGHTS - 1), reverse=True), 2]
    return [_night(story.day(day).astimezone(UTC), dice, is_roofed=day < ROOFED) for day in days]


def _night(noon, dice, *, is_roofed):
    places = [*PLACES, "through the open roof"] if is_roofed else PLACES
    at = dusk(noon) + timedelta(minutes=dice.randint(5, 75))
    phase = (julian(at) - 2436075.445) / PERIOD % 1
    seen = brightness(phase) + dice.gauss(0, 0.07)
    tenths = max(0, round((seen - BRIGHTER) / (FAINTER - BRIGHTER) * 10))
    aside = dice.choice(ASIDES) if dice.random() < 0.35 else ""
    return Night(at, phase, tenths, f"{dice.choice(SKIES)}, {dice.choice(places)}", aside)


def brightness(phase):
    """Visual magnitude: 3.48 at maximum, a slow fall to 4.37 at phase 0.74, and a steep rise."""
    share = (phase / 0.74) ** 0.9 if phase < 0.74 else (1 - phase) / 0.26
    return 3.48 + 0.89 * (0.5 - 0.5 * math.cos(math.pi * share))


def dusk(moment):
    """When the Sun stands 10° below the garden's horizon that evening, within a quarter of an hour."""
    day = moment.timetuple().tm_yday
    declination = math.radians(-23.44 * math.cos(math.tau * (day + 10) / 365.25))
    cosine = (math.sin(math.radians(-10)) - math.sin(LATITUDE) * math.sin(declination)) / (
        math.cos(LATITUDE) * math.cos(declination)
    )
    hours = 12 - LONGITUDE / 15 + math.degrees(math.acos(cosine)) / 15
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=hours)


def julian(moment):
    return moment.timestamp() / 86_400 + 2_440_587.5


def moon_age(moment):
    """Days since new moon, counted evenly from that of 6 January 2000; the real one is within 15 hours of it."""
    return (julian(moment) - 2_451_550.26) % 29.530589


def _report(night):
    moon = round(moon_age(night.at))
    lit = f"Moon {moon} days old" if 1 <= moon <= 28 else "New moon"
    words = f"{night.at.day} {night.at:%B}, {night.at:%H:%M} UT. {night.sky}. {lit}. {night.noted}."
    return f"{words} {night.aside}".strip()


def _reduced(night, number):
    expected = brightness(night.phase)
    off = night.estimate - expected
    if abs(off) < 0.05:
        verdict = "exactly where it should be"
    elif abs(off) < 0.12:
        verdict = (
            f"{abs(off):.1f} {'fainter' if off > 0 else 'brighter'} than the curve, well within what the eye can do"
        )
    else:
        verdict = (
            f"{abs(off):.2f} {'fainter' if off > 0 else 'brighter'} than the curve; keep it, and do not correct it"
        )
    words = f"**Night {number}: {night.estimate:.2f}.** Phase {night.phase:.2f}, {_stage(night.phase)}; {verdict}."
    if number % 20 == 0:
        words += f" That makes {number} nights. A cycle takes {PERIOD:.4f} days, whether anyone looks or not."
    return words


def _stage(phase):
    if phase < 0.08 or phase > 0.96:
        return "at maximum"
    elif phase < 0.66:
        return "on the slow way down"
    elif phase < 0.8:
        return "at minimum"
    else:
        return "on the steep way up"
