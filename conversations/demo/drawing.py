"""Pictures for the story, drawn with the standard library: a chart of Cassiopeia and Cepheus, and a light curve."""

import itertools
import math
import struct
import zlib

NIGHT, INK, FAINT = (16, 20, 28), (240, 236, 226), (74, 84, 104)
GOLD = (224, 178, 96)

# Right ascension in hours, declination in degrees (J2000), visual magnitude; rounded to what the eye can tell.
CASSIOPEIA = [(0.153, 59.15, 2.3), (0.675, 56.54, 2.2), (0.945, 60.72, 2.2), (1.430, 60.24, 2.7), (1.907, 63.67, 3.4)]
CEPHEUS = [(21.310, 62.59, 2.5), (21.478, 70.56, 3.2), (23.656, 77.63, 3.2), (22.828, 66.20, 3.5), (22.181, 58.20, 3.4)]
OTHERS = [
    (22.486, 58.42, 4.0),  # delta Cephei
    (22.251, 57.04, 4.2),  # epsilon Cephei
    (21.725, 58.78, 4.1),  # mu Cephei
    (20.755, 61.84, 3.4),  # eta Cephei
    (0.616, 53.90, 3.7),  # zeta Cassiopeiae
    (0.818, 57.82, 3.4),  # eta Cassiopeiae
]
DELTA_CEPHEI = OTHERS[0]


class Canvas:
    def __init__(self, width, height, background=NIGHT):
        self.width, self.height = width, height
        self.pixels = bytearray(bytes(background) * (width * height))

    def dot(self, x, y, radius, colour):
        """A disc with soft edges."""
        for row in range(max(0, int(y - radius - 1)), min(self.height, int(y + radius + 2))):
            for column in range(max(0, int(x - radius - 1)), min(self.width, int(x + radius + 2))):
                self._blend(column, row, colour, radius + 0.5 - math.hypot(column - x, row - y))

    def ring(self, x, y, radius, colour):
        for step in range(720):
            angle = step * math.tau / 720
            self.dot(x + radius * math.cos(angle), y + radius * math.sin(angle), 0.6, colour)

    def line(self, start, end, colour):
        steps = int(math.dist(start, end)) + 1
        for step in range(steps + 1):
            share = step / steps
            self.dot(start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share, 0.35, colour)

    def _blend(self, column, row, colour, coverage):
        share = min(1.0, max(0.0, coverage))
        at = 3 * (row * self.width + column)
        for channel in range(3):
            old = self.pixels[at + channel]
            self.pixels[at + channel] = round(old + (colour[channel] - old) * share)

    def png(self):
        """The bytes of a PNG file: RGB, 8 bits, no filter (PNG specification, third edition, sections 5 and 11)."""
        stride = 3 * self.width
        rows = b"".join(b"\0" + self.pixels[at : at + stride] for at in range(0, len(self.pixels), stride))
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
        return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, chunks))


def _chunk(chunk):
    kind, data = chunk
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def star_chart(width=720, height=540):
    """Cassiopeia and Cepheus as they stand round the pole, delta Cephei ringed; the pole is the small cross above."""
    canvas = Canvas(width, height)
    centre, scale = (width / 2, height * 0.12), width / 56  # pixels per degree, polar equidistant projection

    def place(star):
        distance = (90 - star[1]) * scale
        angle = (star[0] - 23.3) * math.tau / 24  # 23.3 h hangs straight down; right ascension grows to the left
        return centre[0] - distance * math.sin(angle), centre[1] + distance * math.cos(angle)

    for circle in (10, 20, 30):
        canvas.ring(*centre, circle * scale, FAINT)
    for figure in (CASSIOPEIA, [*CEPHEUS, CEPHEUS[0]], [CEPHEUS[1], CEPHEUS[3]]):
        for start, end in itertools.pairwise(figure):
            canvas.line(place(start), place(end), FAINT)
    for star in (*CASSIOPEIA, *CEPHEUS, *OTHERS):
        canvas.dot(*place(star), 1.2 + (5 - star[2]) * 1.15, INK)
    canvas.ring(*place(DELTA_CEPHEI), 13, GOLD)
    for dx, dy in ((8, 0), (0, 8)):
        canvas.line((centre[0] - dx, centre[1] - dy), (centre[0] + dx, centre[1] + dy), GOLD)
    return canvas.png()


def light_curve(points, width=720, height=360):
    """Points (phase, magnitude), phase shown from 0 to 2 so that the shape is seen whole; bright is up."""
    canvas = Canvas(width, height)
    faintest, brightest = 4.5, 3.3

    def place(phase, magnitude):
        x = 40 + (width - 80) * phase / 2
        return x, 30 + (height - 60) * (magnitude - brightest) / (faintest - brightest)

    for magnitude in (3.5, 4.0, 4.5):
        canvas.line(place(0, magnitude), place(2, magnitude), FAINT)
    for phase, magnitude in points:
        canvas.dot(*place(phase, magnitude), 2.6, GOLD)
        canvas.dot(*place(phase + 1, magnitude), 2.6, GOLD)
    return canvas.png()
