"""A surface to draw calm pictures on with few shapes, drawn twice as large and made smaller for smooth edges."""

from __future__ import annotations

import io
from math import cos, pi, sin

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 960, 540
_LARGER = 2

#: The colours of the site, with a few warm ones beside them.
INK, BRAND, GREEN, SAGE, MINT, PALE = "#17211e", "#0b5a4b", "#3f8271", "#82b8a8", "#b5d6cc", "#e3f0ec"
SAND, STRAW, CLAY, RUST, SUN = "#f6efe0", "#e6d3ae", "#d9825b", "#b5532f", "#f2c14e"
SKY, WATER, DEEP, STONE, WHITE, NIGHT = "#eaf3f6", "#9cc6d0", "#5c9aa8", "#c9d2ce", "#ffffff", "#2b4a52"


class Canvas:
    """Shapes by their corners in a picture of 960 × 540."""

    def __init__(self, ground: str) -> None:
        self.image = Image.new("RGB", (WIDTH * _LARGER, HEIGHT * _LARGER), ground)
        self._draw = ImageDraw.Draw(self.image)

    def box(self, x: float, y: float, width: float, height: float, colour: str, round_: float = 0) -> None:
        """A rectangle, with rounded corners if told so."""
        corners = [(x * _LARGER, y * _LARGER), ((x + width) * _LARGER, (y + height) * _LARGER)]
        if round_:
            self._draw.rounded_rectangle(corners, round_ * _LARGER, fill=colour)
        else:
            self._draw.rectangle(corners, fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: str, flat: float = 1) -> None:
        """A circle round a point; ``flat`` makes it lower than wide."""
        self._draw.ellipse([
            ((x - radius) * _LARGER, (y - radius * flat) * _LARGER),
            ((x + radius) * _LARGER, (y + radius * flat) * _LARGER),
        ], fill=colour)

    def ring(self, x: float, y: float, radius: float, thick: float, colour: str) -> None:
        """A circle without its inside."""
        self._draw.ellipse([
            ((x - radius) * _LARGER, (y - radius) * _LARGER), ((x + radius) * _LARGER, (y + radius) * _LARGER),
        ], outline=colour, width=round(thick * _LARGER))

    def shape(self, points: list[tuple[float, float]], colour: str) -> None:
        """A shape with corners."""
        self._draw.polygon([(x * _LARGER, y * _LARGER) for x, y in points], fill=colour)

    def line(self, points: list[tuple[float, float]], thick: float, colour: str) -> None:
        """A line with round joints and ends."""
        scaled = [(x * _LARGER, y * _LARGER) for x, y in points]
        self._draw.line(scaled, fill=colour, width=round(thick * _LARGER), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, thick / 2, colour)

    def wave(self, y: float, height: float, length: float, colour: str, thick: float = 0) -> None:
        """A wavy line across the picture; without ``thick`` all below it is filled."""
        points = [(float(x), y + sin(x / length * 2 * pi) * height) for x in range(-10, WIDTH + 20, 10)]
        if thick:
            self.line(points, thick, colour)
        else:
            self.shape([*points, (WIDTH + 10, HEIGHT), (-10, HEIGHT)], colour)

    def tree(self, x: float, ground: float, size: float, colour: str = SAGE) -> None:
        """A round tree."""
        self.box(x - size * 0.06, ground - size * 0.6, size * 0.12, size * 0.6, STRAW)
        self.disc(x, ground - size * 0.75, size * 0.38, colour)
        self.disc(x - size * 0.2, ground - size * 0.6, size * 0.26, colour)
        self.disc(x + size * 0.2, ground - size * 0.6, size * 0.26, colour)

    def house(self, x: float, ground: float, width: float, height: float, colour: str) -> None:
        """A house of flats with lit and dark windows."""
        self.box(x, ground - height, width, height, colour)
        self.shape([(x - 8, ground - height), (x + width / 2, ground - height - 34), (x + width + 8, ground - height)],
                   RUST if colour == STRAW else GREEN)  # fmt: skip
        for row in range(int((height - 40) // 46)):
            for column in range(int((width - 16) // 40)):
                lit = (row * 3 + column * 5 + int(x)) % 4 == 0
                self.box(x + 16 + column * 40, ground - height + 20 + row * 46, 22, 26, SUN if lit else SKY, 2)
        self.box(x + width / 2 - 13, ground - 36, 26, 36, BRAND, 3)

    def person(self, x: float, ground: float, size: float, colour: str, hair: str = INK) -> None:
        """Somebody who stands, seen from far away."""
        self.box(x - size * 0.1, ground - size * 0.42, size * 0.08, size * 0.42, INK)
        self.box(x + size * 0.02, ground - size * 0.42, size * 0.08, size * 0.42, INK)
        self.box(x - size * 0.17, ground - size * 0.78, size * 0.34, size * 0.42, colour, size * 0.09)
        self.disc(x, ground - size * 0.89, size * 0.115, hair)
        self.disc(x, ground - size * 0.87, size * 0.095, "#f0c9a4")

    def cross(self, x: float, y: float, size: float, colour: str) -> None:
        """The cross of first aid."""
        self.box(x - size / 6, y - size / 2, size / 3, size, colour)
        self.box(x - size / 2, y - size / 6, size, size / 3, colour)

    def rays(self, x: float, y: float, inner: float, outer: float, number: int, colour: str) -> None:
        """Short lines around a point."""
        for index in range(number):
            angle = index * 2 * pi / number
            self.line([(x + cos(angle) * inner, y + sin(angle) * inner),
                       (x + cos(angle) * outer, y + sin(angle) * outer)], 5, colour)  # fmt: skip

    def jpeg(self) -> bytes:
        """The picture; the same shapes give the same bytes."""
        out = io.BytesIO()
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        small.save(out, "JPEG", quality=84, optimize=True)
        return out.getvalue()
