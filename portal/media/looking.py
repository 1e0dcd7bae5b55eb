"""What editors send: pictures and documents, looked at by their content and never by their name."""

from __future__ import annotations

import io
import re
import zipfile

from PIL import Image
from werkzeug.datastructures import FileStorage

from registries.messages import N_, Problem, Refused

from .. import pictures
from .store import Looked

MOST_BYTES = 20_000_000
#: The longest side of a picture in a list, in pixels.
SMALL = 480
PDF = "application/pdf"
_OFFICE = "application/vnd.openxmlformats-officedocument."
#: Documents of an office suite (ECMA-376): the member that each must have, the ending, the media type.
DOCUMENTS = (
    ("word/document.xml", "docx", f"{_OFFICE}wordprocessingml.document"),
    ("xl/workbook.xml", "xlsx", f"{_OFFICE}spreadsheetml.sheet"),
    ("ppt/presentation.xml", "pptx", f"{_OFFICE}presentationml.presentation"),
)
#: Members that run something, or bring along something that does.
_ACTIVE = re.compile(r"(vbaProject\.bin|activeX/|embeddings/.*\.(bin|exe))", re.IGNORECASE)
#: What makes a reader of PDF run something.
_RUNS = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia)\b")
#: So far before a stream its dictionary is looked at.
_BEFORE = 1_000
_UNSAFE = re.compile(r"[^\w.()（）\-]+")
#: A file that unpacks to more is a bomb.
MOST_UNPACKED = 400_000_000
WANTED = N_("Send a PDF, .docx, .xlsx or .pptx without macros.")


def picture(sent: FileStorage) -> Looked:
    """A picture as it is kept: upright, at most 1600 pixels, without the place it was taken at.

    :raises Refused: it is no picture, or too large.
    """
    upload = pictures.looked_at(sent, pictures_only=True)
    return drawn(upload.name, upload.data)


def drawn(name: str, jpeg: bytes) -> Looked:
    """A JPEG of our own making with its small form."""
    with Image.open(io.BytesIO(jpeg)) as image:
        width, height = image.size
    small = pictures.smaller(io.BytesIO(jpeg), SMALL)
    return Looked(safe_name(name, "jpg"), "image/jpeg", jpeg, small, width, height)


def document(sent: FileStorage) -> Looked:
    """A document that readers may download.

    :raises Refused: it is none of the kinds that are taken, or holds something that runs.
    """
    name, data = sent.filename or "", sent.stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Refused(Problem(
            N_("“%(name)s” is larger than %(most)s MB."), N_("Make it smaller."), name=name, most=MOST_BYTES // 10**6,
        ))  # fmt: skip
    if data.startswith(b"%PDF-"):
        if _RUNS.search(_readable(data)):
            raise Refused(Problem(N_("“%(name)s” holds a script or another file."), WANTED, name=name))
        return Looked(safe_name(name, "pdf"), PDF, data)
    ending, media_type = _office(name, data)
    return Looked(safe_name(name, ending), media_type, data)


def _readable(data: bytes) -> bytes:
    """A PDF without its packed streams: among so many bytes of pictures any short name stands by chance.

    Only what follows a dictionary that names a filter is left out, so that nothing else hides between the two words.
    """
    parts, at, last = [], 0, data.rfind(b"endstream")
    while (start := data.find(b"stream", at)) != -1:
        before = data[max(at, start - _BEFORE):start].rpartition(b"obj")[2]
        packed = start < last and before.rstrip().endswith(b">>") and b"/Filter" in before
        end = data.find(b"endstream", start) if packed else -1
        parts.append(data[at:start])
        at = start + len(b"stream") if end == -1 else end + len(b"endstream")
    return b"".join([*parts, data[at:]])


def _office(name: str, data: bytes) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {one.filename: one.file_size for one in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Refused(Problem(N_("“%(name)s” is no document that is taken here."), WANTED, name=name)) from error
    if any(_ACTIVE.search(member) for member in members) or sum(members.values()) > MOST_UNPACKED:
        raise Refused(Problem(N_("“%(name)s” holds a script or another file."), WANTED, name=name))
    for member, ending, media_type in DOCUMENTS:
        if member in members and "[Content_Types].xml" in members:
            return ending, media_type
    raise Refused(Problem(N_("“%(name)s” is no document that is taken here."), WANTED, name=name))


def safe_name(name: str, ending: str) -> str:
    """A name without a path and without signs that mean something to a shell or a header, with the right ending."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    stem = last.rsplit(".", 1)[0] if "." in last else last
    return f"{_UNSAFE.sub('_', stem).strip('._')[:100] or 'file'}.{ending}"
