"""Pictures of what is inside: each as it is after something was done, or before."""

from __future__ import annotations

from .canvas import (
    BRAND,
    CLAY,
    DEEP,
    GREEN,
    INK,
    MINT,
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


def stairs(on: Canvas, after: bool) -> None:
    """Stairs with and without a rail."""
    on.box(0, 0, 960, 540, SAND if after else STONE)
    for step in range(7):
        x, y = 250 + step * 85, 450 - step * 50
        on.box(x, y, 760, 140, STRAW if after else "#b9b3a6")
        on.box(x, y, 760, 8, SUN if after else "#a49d8f")
    on.box(0, 490, 960, 50, "#d8c59d" if after else "#a49d8f")
    if after:
        for step in range(7):
            on.line([(285 + step * 85, 445 - step * 50), (285 + step * 85, 345 - step * 50)], 7, GREEN)
        on.line([(240, 360), (820, 20)], 15, BRAND)
        on.disc(120, 120, 44, SUN)
        on.rays(120, 120, 58, 80, 10, SUN)
        on.person(190, 492, 190, CLAY, "#d9d9d9")
        on.line([(215, 385), (262, 352)], 13, CLAY)
    else:
        on.disc(120, 120, 30, "#9a958a")
        on.box(470, 292, 70, 56, "#8f7d5c", 4)
        on.box(545, 255, 50, 45, "#7d6d50", 4)
        on.person(150, 492, 190, "#8d8577", "#d9d9d9")


def extinguisher(on: Canvas, after: bool) -> None:
    """An extinguisher beside an exit sign."""
    on.box(0, 0, 960, 540, PALE)
    on.box(0, 470, 960, 70, MINT)
    on.box(120, 90, 250, 170, BRAND, 10)
    on.person(225, 240, 120, WHITE, WHITE)
    on.shape([(270, 175), (320, 150), (320, 200)], WHITE)
    on.box(540, 180, 120, 300, RUST, 46)
    on.box(578, 130, 44, 60, INK, 8)
    on.line([(600, 140), (680, 110)], 14, INK)
    on.line([(622, 160), (720, 220), (724, 360)], 11, INK)
    on.shape([(708, 360), (742, 360), (754, 410), (700, 410)], INK)
    on.box(556, 280, 88, 96, WHITE, 8)
    on.shape([(600, 296), (622, 340), (600, 362), (578, 340)], CLAY)


def kitchen(on: Canvas, after: bool) -> None:
    """A kitchen with and without a gas alarm."""
    on.box(0, 0, 960, 540, SAND if after else "#d3ccbd")
    on.box(0, 360, 960, 180, MINT if after else "#a8a294")
    on.box(0, 345, 960, 24, WHITE)
    for x in range(40, 960, 180):
        on.box(x, 395, 150, 145, WHITE if after else "#bdb7a8", 6)
        on.box(x + 65, 420, 20, 6, STONE, 3)
    on.box(330, 315, 260, 32, INK, 6)
    for x in (400, 520):
        on.disc(x, 308, 34, "#44504c", 0.3)
        on.shape([(x - 16, 306), (x, 268), (x + 16, 306)], DEEP if after else CLAY)
    on.box(360, 190, 80, 80, GREEN, 10)
    on.line([(440, 215), (500, 200)], 12, GREEN)
    on.box(300, 0, 320, 70, STONE)
    on.shape([(300, 70), (620, 70), (560, 130), (360, 130)], "#b4bfba")
    if after:
        on.box(720, 60, 120, 84, WHITE, 12)
        on.disc(780, 96, 13, GREEN)
        on.ring(780, 96, 26, 4, SAGE)
        on.line([(640, 330), (690, 250), (690, 60)], 9, "#9aa5a0")
        on.box(670, 180, 40, 26, BRAND, 5)
    else:
        on.line([(640, 330), (700, 290), (660, 240), (720, 200), (700, 40)], 13, RUST)


def workshop(on: Canvas, after: bool) -> None:
    """A machine with and without a guard."""
    on.box(0, 0, 960, 540, PALE if after else "#c3c0b5")
    for x in range(60, 960, 220):
        on.box(x, 40, 150, 90, SKY if after else "#a7a99f", 4)
    on.box(0, 450, 960, 90, STONE if after else "#96948a")
    on.box(0, 450, 960, 10, SUN if after else "#8a887e")
    on.box(300, 180, 240, 280, GREEN if after else "#6c7670", 10)
    on.box(330, 230, 180, 90, INK, 6)
    on.box(390, 230, 60, 54, STONE)
    on.box(340, 320, 160, 18, "#9aa5a0")
    if after:
        for x in range(338, 510, 24):
            on.line([(x, 236), (x, 316)], 3, SUN)
        on.disc(350, 400, 17, RUST)
        on.disc(490, 400, 17, RUST)
    on.person(650, 470, 230, BRAND if after else "#8d8577")
    if after:
        on.shape([(620, 268), (628, 236), (650, 226), (672, 236), (682, 268)], SUN)
        on.line([(620, 330), (500, 396)], 16, BRAND)
    else:
        on.line([(620, 330), (470, 310)], 16, "#8d8577")


def window(on: Canvas, after: bool) -> None:
    """A window with and without a stop."""
    on.box(0, 0, 960, 540, SAND if after else "#cfc8b9")
    on.box(310, 60, 380, 300, WHITE)
    on.box(328, 78, 344, 264, SKY)
    on.disc(600, 150, 40, SUN)
    on.disc(420, 360, 130, MINT, 0.5)
    on.box(494, 60, 14, 300, WHITE)
    on.box(0, 460, 960, 80, STRAW if after else "#a49d8f")
    if after:
        for y in (200, 240, 280, 320):
            on.line([(330, y), (670, y)], 7, GREEN)
        on.box(484, 250, 34, 22, RUST, 5)
        on.box(60, 350, 180, 130, CLAY, 16)
        on.person(430, 480, 110, SUN)
        on.person(520, 480, 190, BRAND)
    else:
        on.box(400, 370, 200, 96, "#8f7d5c", 8)
        on.shape([(508, 78), (620, 100), (620, 360), (508, 342)], WATER)
        on.person(460, 372, 116, "#9a6a4f")


def aed(on: Canvas, after: bool) -> None:
    """Help with and without a defibrillator."""
    on.box(0, 0, 960, 540, PALE if after else "#cdd3cf")
    on.box(0, 450, 960, 90, MINT if after else "#a8b0ab")
    if after:
        on.box(160, 110, 250, 310, GREEN, 18)
        on.box(184, 136, 202, 200, WHITE, 12)
        on.shape([(285, 300), (220, 232), (222, 196), (252, 178), (285, 204), (318, 178), (348, 196), (350, 232)], RUST)
        on.shape([(292, 196), (266, 244), (288, 244), (276, 288), (310, 232), (288, 232)], WHITE)
        on.cross(285, 380, 46, WHITE)
    else:
        on.box(160, 110, 250, 310, "#b6beb9", 18)
    on.box(540, 430, 320, 34, DEEP if after else "#8a918d", 16)
    on.disc(840, 424, 28, "#f0c9a4")
    on.person(640, 440, 170, CLAY if after else "#8d8577")
    if after:
        on.line([(650, 340), (720, 424)], 15, CLAY)
        on.person(500, 450, 200, BRAND)


def meeting(on: Canvas, after: bool) -> None:
    """People at a table."""
    on.box(0, 0, 960, 540, PALE)
    on.box(300, 60, 360, 180, WHITE, 8)
    for index, height in enumerate((40, 70, 56, 100, 84)):
        on.box(340 + index * 60, 210 - height, 34, height, (SAGE, GREEN, SAGE, BRAND, GREEN)[index], 3)
    for x, colour in ((170, CLAY), (300, BRAND), (430, DEEP), (560, SUN), (690, GREEN), (820, CLAY)):
        on.person(x, 430, 200, colour)
    on.box(70, 370, 820, 60, STRAW, 12)
    on.box(110, 430, 740, 110, "#d8c59d")
    for x in (200, 400, 600, 780):
        on.box(x, 350, 50, 24, WHITE, 3)


def lesson(on: Canvas, after: bool) -> None:
    """A lesson."""
    on.box(0, 0, 960, 540, SAND)
    on.box(220, 60, 420, 220, BRAND, 10)
    on.line([(270, 120), (470, 120)], 7, MINT)
    on.line([(270, 160), (560, 160)], 7, MINT)
    on.line([(270, 200), (400, 200)], 7, MINT)
    on.shape([(560, 200), (590, 240), (530, 240)], SUN)
    on.person(730, 400, 250, CLAY)
    on.line([(700, 240), (610, 200)], 15, CLAY)
    on.box(0, 430, 960, 110, STRAW)
    for index, x in enumerate(range(90, 900, 130)):
        on.disc(x, 400, 30, ("#d9d9d9", INK, "#b8b8b8")[index % 3])
        on.box(x - 46, 428, 92, 112, (GREEN, DEEP, SAGE, CLAY)[index % 4], 24)
