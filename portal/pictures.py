"""What people send as a photo or a file: looked at by its content, made small, without the place it was taken at."""

from __future__ import annotations

import io
import re
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError
from werkzeug.datastructures import FileStorage

from registries.attachments import MOST_BYTES, Upload
from registries.messages import N_, Problem, Refused

#: The longest side of a picture as it is kept, in pixels.
LONGEST = 1_600
QUALITY = 82
#: More pixels than a camera makes are a bomb.
MOST_PIXELS = 60_000_000
FORMATS = {"JPEG", "PNG", "WEBP", "MPO"}
_PDF = b"%PDF-"
_UNSAFE = re.compile(r"[^\w.()（）\- ]+")


def looked_at(sent: FileStorage, caption: str | None = None, *, pictures_only: bool = False) -> Upload:
    """A file as it may be kept.

    :raises Refused: it is neither a picture nor a PDF, is too large, or cannot be read.
    """
    data = sent.stream.read(MOST_BYTES * 3 + 1)
    name = _UNSAFE.sub("_", (sent.filename or "").rsplit("/", 1)[-1].rsplit("\\", 1)[-1]).strip()[:150] or "file"
    if len(data) > MOST_BYTES * 3:
        raise Refused(Problem(
            N_("“%(name)s” is larger than %(most)s MB."), N_("Make it smaller."), name=name, most=MOST_BYTES * 3 >> 20,
        ))  # fmt: skip
    if data.startswith(_PDF) and not pictures_only:
        return Upload(f"{name.removesuffix('.pdf')}.pdf", "application/pdf", data, caption)
    try:
        small = smaller(io.BytesIO(data))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        # A broken chunk of a PNG, or EXIF that is none, is a SyntaxError to Pillow.
        text = N_("“%(name)s” is no picture.") if pictures_only else N_("“%(name)s” is neither a picture nor a PDF.")
        raise Refused(Problem(text, N_("Send a JPEG, PNG or WebP picture, or a PDF."), name=name)) from error
    return Upload(f"{name.rsplit('.', 1)[0]}.jpg", "image/jpeg", small, caption)


def smaller(stream: BinaryIO, longest: int = LONGEST) -> bytes:
    """A picture as JPEG, upright, no side longer than ``longest``, with nothing but its pixels.

    :raises UnidentifiedImageError: it is no picture of a kind that is taken.
    """
    with Image.open(stream) as picture:
        if picture.format not in FORMATS:
            raise UnidentifiedImageError(str(picture.format))
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((longest, longest))
        if upright.mode in ("RGBA", "LA", "P"):
            layer = upright.convert("RGBA")
            upright = Image.new("RGB", layer.size, "white")
            upright.paste(layer, mask=layer.getchannel("A"))
        out = io.BytesIO()
        # A picture made anew holds no EXIF, GPS or thumbnail of the one that was sent.
        upright.convert("RGB").save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
        return out.getvalue()
