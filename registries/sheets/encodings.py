"""In which encoding a text table is written, decided by plausibility.

Strict decoding does not tell: a Big5 file is valid GB 18030 throughout, and two short Chinese headings
in GB 18030 can be valid UTF-8. So the candidates are compared by how common the characters are that
they give, and only then is the whole file held against the choice. A byte order mark is a hint; files
carry wrong ones.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from registries.messages import N_, Problem, Refused
from registries.sheets.frequency import FREQUENT, SCHOOL

_CHUNK = 1 << 20
_SAMPLE = 128 * 1024
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# More unreadable characters than this share of the non-ASCII ones, and the file is refused.
_MOST_BROKEN = 0.02
_LEAST_SCORE = -0.6
_SIGNS = frozenset(
    "、。，；：？！“”‘’（）《》〈〉【】「」『』〔〕—…·～％＋－＝／＼｜＆＃＠＊　①②③④⑤⑥⑦⑧⑨⑩㎡㎥℃№×÷±°′″‰≤≥→←"
)


@dataclass(frozen=True)
class TextEncoding:
    """How to read a text file, and what its one reading for this decision has shown."""

    name: str
    skip: int
    """Bytes of a byte order mark, true or false, to leave out."""
    lines: int
    broken: int
    """Characters that cannot be read in this or any other encoding; they come as U+FFFD."""
    zeros: bool


def detect(path: Path, shown: str) -> TextEncoding:
    """How ``path`` is written; refuses what is no text, or text that would come out as nonsense."""
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    mark, marked = next(((mark, name) for mark, name in _MARKS if head.startswith(mark)), (b"", ""))
    body = head[len(mark) :]
    if not body:
        raise Refused(
            Problem(N_("The file “%(file)s” is empty."), N_("Ask the sender for the file again."), file=shown)
        )
    wide = marked if marked[:6] in {"utf-16", "utf-32"} else _wide_without_mark(body)
    if wide:
        return _checked(path, wide, len(mark), shown)
    if _is_binary(body):
        raise Refused(_no_text(shown))
    scan = _Scan(path, len(mark))
    if scan.is_utf8 and not scan.is_doubtful:
        return TextEncoding("utf-8", len(mark), scan.lines, 0, scan.zeros)
    name = _most_plausible(scan.sample, shown, least_gain=2.0 if scan.is_utf8 else 0.0)
    return _checked(path, name, len(mark), shown)


def score(text: str) -> float:
    """How much ``text`` looks like something people write, −6 … 3 per non-ASCII character; else 0."""
    strange = [character for character in text if not character.isascii()]
    return sum(map(_weight, strange)) / len(strange) if strange else 0.0


def _weight(character: str) -> float:
    if character in FREQUENT:
        return 3.0
    if character in SCHOOL or character in _SIGNS:
        return 1.0
    code = ord(character)
    if 0x4E00 <= code <= 0x9FFF:
        return -1.5
    if 0xC0 <= code <= 0x24F or 0xFF01 <= code <= 0xFF5E or 0x370 <= code <= 0x4FF:
        return 0.0
    if 0x2000 <= code <= 0x33FF or 0x3400 <= code <= 0x4DBF or code >= 0x1F000:
        return -0.5
    return -6.0


class _Scan:
    """One pass over the file: is it UTF-8, how many lines, and a sample of what is not ASCII."""

    def __init__(self, path: Path, skip: int) -> None:
        self.is_utf8, self.zeros, self.lines = True, False, 0
        sample = bytearray()
        decoder = codecs.getincrementaldecoder("utf-8")()
        for chunk in _chunks(path, skip):
            self.lines += chunk.count(b"\n")
            self.zeros = self.zeros or b"\0" in chunk
            if not chunk.isascii() and len(sample) < _SAMPLE:
                lines = [line for line in chunk.split(b"\n") if not line.isascii()]
                sample += b"\n".join(lines)[: _SAMPLE - len(sample)] + b"\n"
            self.is_utf8 = self.is_utf8 and _decodes(decoder, chunk)
        self.is_utf8 = self.is_utf8 and _decodes(decoder, b"", final=True)
        self.sample = bytes(sample)

    @property
    def is_doubtful(self) -> bool:
        """Valid UTF-8 by chance: two-byte sequences only, as Chinese in GB 18030 may give."""
        return bool(self.sample) and max(self.sample) < 0xE0


def _chunks(path: Path, skip: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(skip)
        while chunk := file.read(_CHUNK):
            yield chunk


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _wide_without_mark(body: bytes) -> str:
    """UTF-16 shows in a table without any mark: separators and line ends are followed or led by a zero."""
    piece = body[:_SAMPLE]
    piece = piece[: len(piece) // 2 * 2]
    if piece.count(0) * 100 < len(piece):
        return ""
    likely = {name: _likelihood(piece.decode(name, "replace")) for name in ("utf-16-le", "utf-16-be")}
    best = max(likely, key=lambda name: likely[name])
    return best if likely[best] > 0.8 else ""


def _likelihood(text: str) -> float:
    """As `score`, but of all characters, because wide text is told by its ASCII as much as by its Chinese."""
    if not text or "\0" in text or "\ufffd" in text[:-1]:
        return -6.0
    return sum(2.0 if character.isascii() else _weight(character) for character in text) / len(text)


def _is_binary(body: bytes) -> bool:
    control = sum(body.count(code) for code in (*range(9), 11, *range(14, 27), *range(28, 32)))
    return control > 3 and control * 50 > len(body)


def _most_plausible(sample: bytes, shown: str, least_gain: float = 0.0) -> str:
    """The best candidate; another one than UTF-8 only if it scores ``least_gain`` higher.

    Spanish in UTF-8, read as GB 18030, gives possible but rare characters (é is 茅): hence the gain.
    """
    candidates = ["utf-8", "gb18030", "cp950"]
    if sum(byte > 0x7F for byte in sample) * 4 < len(sample):
        # Chinese is mostly non-ASCII; a few accents among Latin letters are a Western file.
        candidates.append("cp1252")
    # A cut last character must not count as broken.
    scored = {name: score(sample.decode(name, "replace").rstrip("\ufffd\n")) for name in candidates}
    scored["utf-8"] += least_gain
    best = max(candidates, key=lambda name: scored[name])
    if scored[best] < _LEAST_SCORE:
        raise Refused(
            Problem(
                N_("The characters in “%(file)s” cannot be read in any known encoding."),
                N_("Open the file where it was made and save it as “CSV UTF-8” or as .xlsx."),
                file=shown,
            )
        )
    return best


def _checked(path: Path, name: str, skip: int, shown: str) -> TextEncoding:
    decoder = codecs.getincrementaldecoder(name)("replace")
    lines = broken = strange = 0
    zeros = False
    for chunk in _chunks(path, skip):
        text = decoder.decode(chunk)
        lines += text.count("\n")
        broken += text.count("\ufffd")
        zeros = zeros or "\0" in text
        strange += 0 if text.isascii() else sum(not character.isascii() for character in text[:_SAMPLE])
    broken += decoder.decode(b"", True).count("\ufffd")
    if broken > max(2, strange * _MOST_BROKEN):
        raise Refused(_no_text(shown))
    return TextEncoding(name, skip, lines, broken, zeros)


def _no_text(shown: str) -> Problem:
    return Problem(
        N_("The file “%(file)s” is damaged or is no table: it cannot be read as text."),
        N_("Open it in the program that made it, save it as .xlsx or “CSV UTF-8”, and choose the new file."),
        file=shown,
    )
