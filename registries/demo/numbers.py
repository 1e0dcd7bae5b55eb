"""Identity numbers, phones and credit codes that pass every check and belong to nobody.

- Identity numbers carry the address code 000101, which was never assigned.
- Permits of people from Hong Kong, Macau and Taiwan share one address code for all, so the sequence has to
  do it: 996 to 999 were set aside for people who were over a hundred when numbers were introduced, hence
  nobody born since 1900 should have one.
- Foreign permanent residents get the area 00 after the leading 9; there is no province 00. The same holds
  for birth certificates, whose digits begin with the province. Passports begin with DEMO, as no country's do.
- Mobile numbers begin with 154, a prefix that no operator was ever given.
- Credit codes carry the division 000101.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from registries.demo.areas import DIVISION
from registries.demo.tables import draw

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# Both are prime to the size of the range they walk through, so that no number comes twice.
_PHONE_STEP, _PHONE_RANGE = 61_803_399, 10**8
_SEQUENCE_STEP, _SEQUENCE_RANGE = 137, 498
_NATIONS = ("410", "392", "643", "840", "356", "804", "276", "826")


def with_id_check(digits: str) -> str:
    """The 17 digits with the eighteenth (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, _ID_WEIGHTS, strict=True))
    return digits + _ID_CHECKS[total % 11]


def birth_certificate(serial: int) -> str:
    """The number of a birth medical certificate of the province 00."""
    return f"T00{serial:07d}"


def passport(serial: int) -> str:
    """A passport number that says what it is."""
    return f"DEMO{serial:05d}"


def permanent_resident_id(rng: Random, born: date, sex: str, serial: int) -> str:
    """A foreign permanent resident's number in the form of 2023, of the area 00."""
    sequence = serial * 2 % 998 + (1 if sex == "1" else 2)
    return with_id_check(f"900{draw(rng, _NATIONS)}{born:%Y%m%d}{sequence:03d}")


def permit(region: str, born: date, sex: str, given: set[str]) -> str:
    """A residence permit of Hong Kong (810000), Macau (820000) or Taiwan (830000) with a sequence nobody has.

    Only two such sequences exist for a birthday and sex; when both are ``given``, the day before is taken.
    """
    while True:
        for sequence in (997, 999) if sex == "1" else (996, 998):
            number = with_id_check(f"{region}{born:%Y%m%d}{sequence}")
            if number not in given:
                return number
        born -= timedelta(days=1)


def credit_code(prefix: str, serial: int) -> str:
    """A unified social credit code (GB 32100) of the demo division; each serial gives another."""
    scattered = serial * 7_654_321 % len(_CODE_ALPHABET) ** 4
    body = "MA" + "".join(
        _CODE_ALPHABET[scattered // len(_CODE_ALPHABET) ** place % 31] for place in (3, 2, 1, 0)
    )
    body += f"{serial % 97:02d}"
    values = [int(char, 36) for char in body]
    rest = 11 - sum(value * weight for value, weight in zip(values, _ORGANISATION_WEIGHTS, strict=True)) % 11
    code = f"{prefix}{DIVISION}{body}{'0123456789X0'[rest]}"
    total = sum(_CODE_ALPHABET.index(char) * weight for char, weight in zip(code, _CODE_WEIGHTS, strict=True))
    return code + _CODE_ALPHABET[(31 - total % 31) % 31]


class IdNumbers:
    """Gives out resident identity numbers; the same people in the same order get the same numbers."""

    def __init__(self) -> None:
        self._given: dict[tuple[int, str], int] = {}
        self._days: dict[int, tuple[str, int]] = {}

    def next(self, born: date, sex: str) -> str:
        """The next free number for this birthday and sex; there are 497 of each."""
        day = born.toordinal()
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = _day_part(born)
        start, total = known
        count = self._given.get((day, sex), 0)
        if count >= _SEQUENCE_RANGE - 1:
            raise ValueError("More demo people share one birthday than there are identity numbers.")
        self._given[day, sex] = count + 1
        place = (count * _SEQUENCE_STEP + day) % (_SEQUENCE_RANGE - 1)
        sequence = place * 2 + (1 if sex == "1" else 2)
        total += sequence // 100 * 8 + sequence // 10 % 10 * 4 + sequence % 10 * 2
        return f"{start}{sequence:03d}{_ID_CHECKS[total % 11]}"


def _day_part(born: date) -> tuple[str, int]:
    start = f"{DIVISION}{born:%Y%m%d}"
    return start, sum(int(digit) * weight for digit, weight in zip(start, _ID_WEIGHTS, strict=False))


class Phones:
    """Gives out mobile numbers in an order that looks like none, from ``first`` on."""

    def __init__(self, first: int = 0) -> None:
        self._count = first

    def next(self) -> str:
        """The next number; none comes twice within a hundred million."""
        self._count += 1
        return f"154{self._count * _PHONE_STEP % _PHONE_RANGE:08d}"
