"""Pictures of what is outside: each as it is after something was done, or before."""

from __future__ import annotations

from .canvas import (
    BRAND,
    CLAY,
    DEEP,
    GREEN,
    INK,
    MINT,
    NIGHT,
    PALE,
    RUST,
    SAGE,
    SAND,
    SKY,
    STONE,
    STRAW,
    SUN,
    WATER,
    WHITE,
    Canvas,
)  # fmt: skip

GROUND = 440


def _street(on: Canvas, hill: str = PALE) -> None:
    on.disc(200, 560, 420, hill, 0.5)
    on.disc(760, 580, 460, MINT, 0.5)
    on.box(0, GROUND, 960, 100, STONE)


def houses(on: Canvas, after: bool) -> None:
    """Houses and neighbours."""
    on.disc(800, 110, 46, SUN)
    _street(on)
    on.house(90, GROUND, 150, 230, STRAW)
    on.house(270, GROUND, 190, 290, WHITE)
    on.house(500, GROUND, 150, 210, SAND)
    on.house(690, GROUND, 180, 260, STRAW)
    for x in (60, 480, 665, 900):
        on.tree(x, GROUND, 110)
    for x, colour in ((330, CLAY), (370, BRAND), (590, GREEN)):
        on.person(x, 500, 84, colour)


def _bike(on: Canvas, x: float, y: float, colour: str) -> None:
    on.ring(x, y, 26, 7, INK)
    on.ring(x + 92, y, 26, 7, INK)
    on.line([(x, y), (x + 34, y - 10), (x + 66, y - 10), (x + 84, y - 58)], 10, colour)
    on.line([(x + 74, y - 60), (x + 98, y - 64)], 7, INK)
    on.box(x + 8, y - 40, 46, 12, INK, 6)
    on.line([(x + 30, y - 30), (x + 34, y - 10)], 8, colour)


def ebike(on: Canvas, after: bool) -> None:
    """E-bikes in a shed, or in a hall."""
    if after:
        _street(on)
        on.tree(80, GROUND, 130)
        on.house(690, GROUND, 190, 290, WHITE)
        on.shape([(130, 250), (660, 220), (660, 240), (130, 270)], BRAND)
        for x in (150, 390, 630):
            on.box(x, 240, 12, 210, GREEN)
        for index, colour in enumerate((CLAY, BRAND, DEEP)):
            _bike(on, 190 + index * 160, 440, colour)
            on.box(216 + index * 160, 310, 36, 48, WHITE, 6)
            on.disc(234 + index * 160, 326, 7, GREEN)
        return
    on.box(0, 0, 960, 540, "#b9b3a6")
    on.box(0, 450, 960, 90, "#9a9488")
    on.box(640, 90, 190, 360, "#8f8778", 4)
    on.box(655, 105, 160, 345, "#6f685c")
    for index, colour in enumerate(("#7d4a34", "#55605c", "#4a5a63")):
        _bike(on, 120 + index * 150, 450, colour)
        on.line([(170 + index * 150, 420), (200 + index * 150, 300), (420, 170)], 3, INK)
    on.box(404, 140, 40, 54, WHITE, 5)
    on.disc(424, 158, 8, RUST)


def river(on: Canvas, after: bool) -> None:
    """A river bank with and without a rescue point."""
    on.disc(780, 110, 46, SUN if after else WHITE)
    on.disc(150, 330, 260, MINT, 0.6)
    on.disc(620, 340, 360, PALE, 0.45)
    on.wave(330, 7, 220, WATER)
    on.wave(390, 8, 260, DEEP)
    on.wave(440, 6, 190, WATER, 6)
    on.shape([(0, 440), (380, 470), (520, 540), (0, 540)], SAGE if after else "#a9ab8f")
    on.tree(70, 450, 150, GREEN)
    if after:
        on.box(250, 220, 14, 260, BRAND)
        on.box(170, 180, 176, 66, DEEP, 8)
        on.box(190, 202, 90, 8, WHITE)
        on.box(190, 220, 60, 8, WHITE)
        on.ring(257, 330, 52, 22, CLAY)
        for x, y in ((257, 289), (257, 371), (216, 330), (298, 330)):
            on.disc(x, y, 11, WHITE)
        on.line([(330, 250), (352, 480)], 8, SUN)
    else:
        on.person(330, 505, 100, "#8d8577")
        on.person(392, 515, 70, "#7d6d50")


def school(on: Canvas, after: bool) -> None:
    """The road before a school."""
    on.disc(820, 100, 44, SUN)
    on.disc(480, 470, 640, PALE, 0.4)
    on.box(250, 170, 460, 190, WHITE)
    on.box(250, 150, 460, 26, RUST)
    for x in range(285, 690, 66):
        on.box(x, 205, 36, 44, SKY, 3)
        on.box(x, 275, 36, 44, SKY, 3)
    on.box(448, 280, 66, 80, BRAND, 4)
    on.line([(480, 150), (480, 60)], 6, STONE)
    on.shape([(482, 62), (540, 80), (482, 98)], RUST)
    on.box(0, 360, 960, 180, "#6d7a76")
    if after:
        for x in range(330, 640, 52):
            on.shape([(x, 370), (x + 30, 370), (x + 22, 530), (x - 18, 530)], WHITE)
        for x, colour, size in ((410, CLAY, 92), (470, SUN, 78), (530, GREEN, 84)):
            on.person(x, 470, size, colour)
        on.person(300, 480, 128, SUN)
        on.ring(245, 400, 24, 7, RUST)
    else:
        for x, colour in ((90, "#8a5140"), (330, "#54646b"), (610, "#7d6d50")):
            on.box(x, 410, 190, 60, colour, 16)
            on.box(x + 40, 372, 110, 50, colour, 18)
            on.box(x + 52, 382, 86, 32, SKY, 8)
            on.disc(x + 44, 472, 21, INK)
            on.disc(x + 148, 472, 21, INK)
        on.person(560, 400, 70, CLAY)


def crossing(on: Canvas, after: bool) -> None:
    """A road with and without a crossing."""
    on.box(0, 0, 960, 540, SKY)
    on.house(60, 260, 150, 180, WHITE)
    on.house(740, 260, 170, 200, STRAW)
    on.tree(300, 262, 110)
    on.tree(650, 262, 130)
    on.box(0, 260, 960, 280, "#6d7a76")
    if after:
        for y in range(275, 530, 44):
            on.box(380, y, 200, 24, WHITE)
        on.box(600, 330, 60, 130, GREEN, 26)
        on.line([(650, 250), (650, 120)], 8, INK)
        on.box(630, 70, 40, 80, INK, 10)
        on.disc(650, 128, 12, SAGE)
        on.person(470, 440, 128, CLAY)
    else:
        for x in range(40, 960, 120):
            on.box(x, 396, 60, 8, STONE)
        on.person(470, 400, 110, "#8d8577")
    _bike(on, 150, 470, BRAND if after else "#7d4a34")
    on.box(176, 352, 46, 66, SUN if after else "#8d8577", 16)
    on.disc(200, 330, 22, "#f0c9a4")
    if after:
        on.shape([(174, 328), (180, 304), (200, 298), (220, 304), (228, 328)], RUST)


def playground(on: Canvas, after: bool) -> None:
    """A playground with and without soft ground."""
    on.disc(160, 100, 42, SUN if after else WHITE)
    on.disc(240, 500, 420, PALE, 0.5)
    on.disc(780, 500, 400, MINT, 0.5)
    on.box(0, 440, 960, 100, "#cfe3c4" if after else "#b3ac9b")
    if after:
        on.disc(480, 470, 420, "#e7b98f", 0.12)
    frame, seat = (BRAND, CLAY) if after else ("#7f7768", "#6b6355")
    on.line([(260, 450), (320, 180), (560, 180), (620, 450)], 14, frame)
    for x, lean in ((400, -22), (490, 16)):
        on.line([(x, 184), (x + lean, 380)], 4, INK)
        on.line([(x + 34, 184), (x + 34 + lean, 380)], 4, INK)
        if after or x == 400:
            on.box(x - 6 + lean, 378, 48, 12, seat, 5)
    on.box(700, 240, 14, 210, frame)
    on.shape([(700, 240), (716, 240), (860, 440), (836, 440)], SUN if after else "#9a9488")
    on.tree(90, 446, 150)
    if after:
        on.person(455, 470, 80, SUN)
        on.person(660, 480, 130, GREEN)
        on.box(60, 430, 130, 14, STRAW, 4)


def lane(on: Canvas, after: bool) -> None:
    """A lane at night."""
    on.box(0, 0, 960, 540, NIGHT if after else "#16252a")
    on.shape([(0, 60), (330, 170), (330, 400), (0, 540)], "#3d5c63" if after else "#1f3238")
    on.shape([(960, 60), (630, 170), (630, 400), (960, 540)], "#3d5c63" if after else "#1f3238")
    on.shape([(330, 400), (630, 400), (960, 540), (0, 540)], "#56757a" if after else "#223439")
    for x, y, size in ((90, 180, 60), (220, 220, 40), (720, 215, 40), (840, 180, 60)):
        on.box(x, y, size * 0.7, size, SUN if after else "#33474d", 3)
    if after:
        for x, y, reach in ((250, 220, 120), (710, 220, 120), (400, 260, 70), (560, 260, 70)):
            on.disc(x, y + 200, reach, "#7d9a8f", 0.22)
            on.disc(x, y, 34, "#5d7d78")
        for x, y in ((250, 220), (710, 220), (400, 260), (560, 260)):
            on.line([(x, y), (x, y + 200)], 6, INK)
            on.disc(x, y, 15, SUN)
        on.person(480, 480, 150, CLAY)
    else:
        on.person(480, 470, 120, "#3a5057", "#16252a")
    on.disc(480, 110, 30, SAND)


def shelter(on: Canvas, after: bool) -> None:
    """Rain, and where one is safe from it."""
    on.box(0, 0, 960, 540, "#dfe8ea" if after else "#b7c3c7")
    for x, y in ((140, 90), (420, 60), (720, 100)):
        for dx, radius in ((-50, 34), (0, 46), (52, 36)):
            on.disc(x + dx, y, radius, "#a8b8bd" if after else "#82939a")
    for x in range(60, 960, 70):
        on.line([(x, 160), (x - 14, 206)], 4, DEEP)
    on.disc(240, 520, 420, MINT, 0.4)
    on.box(0, 440, 960, 100, SAGE if after else DEEP)
    if after:
        for x, colour in ((180, BRAND), (420, GREEN), (660, BRAND)):
            on.shape([(x, 440), (x + 100, 280), (x + 200, 440)], colour)
            on.shape([(x + 74, 440), (x + 100, 350), (x + 126, 440)], SAND)
        for x, colour in ((120, CLAY), (400, SUN), (640, CLAY), (890, SUN)):
            on.person(x, 500, 96, colour)
    else:
        on.house(180, 450, 180, 190, "#b9b3a6")
        on.house(560, 450, 220, 210, "#a9a396")
        on.wave(430, 6, 180, DEEP)
        on.wave(470, 5, 140, WATER, 5)


def square(on: Canvas, after: bool) -> None:
    """A square with stands."""
    houses(on, after)
    on.box(0, GROUND, 960, 100, SAND)
    for x, colour in ((110, BRAND), (330, CLAY), (550, GREEN), (760, DEEP)):
        on.shape([(x - 10, 350), (x + 70, 310), (x + 150, 350)], colour)
        on.box(x, 350, 140, 90, WHITE)
        on.box(x, 400, 140, 16, colour)
    for x in range(80, 930, 74):
        on.person(x, 520, 92, (CLAY, SUN, GREEN, DEEP, BRAND)[x % 5])


def drill(on: Canvas, after: bool) -> None:
    """An assembly point."""
    on.box(0, 0, 960, 540, PALE)
    on.house(90, GROUND, 260, 300, WHITE)
    for x, y, radius in ((150, 90, 50), (210, 60, 62), (280, 84, 48)):
        on.disc(x, y, radius, STONE)
    on.box(0, GROUND, 960, 100, MINT)
    on.box(700, 200, 14, 240, INK)
    on.box(610, 110, 200, 120, GREEN, 10)
    for x in (670, 710, 750):
        on.person(x, 218 if x == 710 else 212, 92 if x == 710 else 78, WHITE, WHITE)
    for index, x in enumerate((380, 450, 520, 590, 660, 760, 830)):
        on.person(x, 490 + index % 2 * 20, 118, (CLAY, SUN, BRAND, DEEP, GREEN)[index % 5])


def storm(on: Canvas, after: bool) -> None:
    """A boat in a gale."""
    on.box(0, 0, 960, 540, "#d5e1e5")
    for y, x, length in ((90, 120, 420), (150, 300, 520), (210, 60, 360)):
        on.line([(x, y), (x + length, y)], 9, WHITE)
        on.ring(x + length, y - 24, 24, 9, WHITE)
    on.wave(360, 18, 240, WATER)
    on.wave(410, 20, 300, DEEP)
    on.wave(470, 14, 220, NIGHT)
    on.shape([(610, 372), (790, 372), (756, 424), (646, 424)], RUST)
    on.line([(694, 372), (694, 250)], 8, INK)
    on.shape([(700, 256), (776, 356), (700, 356)], SAND)
    on.box(90, 190, 56, 190, WHITE)
    on.box(90, 250, 56, 40, RUST)
    on.box(82, 168, 72, 26, INK, 4)
    on.disc(118, 152, 20, SUN)
    on.shape([(0, 380), (230, 380), (330, 540), (0, 540)], STONE)
