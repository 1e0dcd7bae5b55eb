"""The parts of an organisation's record that depend on its trade: licences, chemicals, machines, letters."""

from __future__ import annotations

from datetime import date
from random import Random

from registries.demo.areas import DISTRICT_NAME
from registries.demo.days import iso, some_day, years_after
from registries.demo.tables import Record, between, chance, draw, rows, small, word_list, words

# Licence: issuer, first letters of its number, years of validity (0: no term).
_LICENCES = {
    "L01": ("市场监督管理局", "", 0),
    "L02": ("住房和城乡建设局", "（演）JZ安许证字", 3),
    "L03": ("应急管理局", "演危化经字", 3),
    "L04": ("应急管理局", "演危化使字", 3),
    "L05": ("应急管理局", "YHLS", 1),
    "L06": ("消防救援大队", "安消检字", 0),
    "L07": ("市场监督管理局", "JY", 5),
    "L08": ("卫生健康局", "安卫公证字", 4),
    "L09": ("市场监督管理局", "特演", 0),
    "L12": ("住房和城乡建设局", "演燃经字", 3),
    "L13": ("生态环境分局", "演排", 5),
    "L14": ("交通运输局", "演交运管许可字", 4),
    "L15": ("卫生健康局", "PDY", 5),
    "L16": ("教育局", "教民", 5),
    "L17": ("应急管理局", "AQB演", 3),
}
_MAKERS = word_list("maker")
_TERMLESS_YEARS = 12


def licences(
    rng: Random, codes: str, serial: int, today: int, opened: int, credit_code: str | None
) -> list[Record]:
    """Its licences; a few have run out and some run out within the next months, so that alarms have work."""
    found = []
    for kind in words(codes):
        issuer, letters, years = _LICENCES[kind]
        number = (
            credit_code if kind == "L01" and credit_code else f"{letters}000101{serial * 17 % 1_000_000:06d}"
        )
        term = round(years * 365.25)
        age = int(rng.random() * (term * 1.03 if years else _TERMLESS_YEARS * 365))
        start = max(opened, today - age)
        found.append(
            {
                "kind": kind,
                "number": number,
                "issuer": DISTRICT_NAME + issuer,
                "valid_from": iso(start),
                "valid_to": iso(years_after(start, years) - 1) if years else None,
            }
        )
    return found


def chemicals(rng: Random, names: str) -> list[Record]:
    """The dangerous substances it keeps, with the most it has at a time."""
    by_name = {row["name"]: row for row in rows("chemicals")}
    found = []
    for name in words(names):
        row = by_name[name]
        low, high = float(row["low"]), float(row["high"])
        stock = round(low + (high - low) * small(rng), 1)
        graded = row["major"] if row["major"] and stock > (low + high) / 3 else "0"
        found.append(
            {
                "name": name,
                "cas": row["cas"] or None,
                "catalogue_no": row["catalogue_no"],
                "max_stock": stock,
                "unit": row["unit"],
                "storage": row["storage"],
                "major_hazard_grade": graded,
            }
        )
    return found


def equipment(rng: Random, kinds: str, serial: int, today: int) -> list[Record]:
    """Boilers, lifts, cranes and the like, each with its next inspection; one in twenty is overdue."""
    found = []
    for word in words(kinds):
        kind, _, most = word.partition(":")
        for number in range(between(rng, 1, int(most))):
            due = some_day(rng, today, 18, -340)
            found.append(
                {
                    "kind": kind,
                    "registration_code": f"{kind}000101{serial:06d}{number + 1:04d}",
                    "maker": f"{draw(rng, _MAKERS)}有限公司",
                    "next_inspection_on": iso(due),
                    "maintenance_firm": "安澜恒安特种设备维保有限公司" if kind in ("3000", "4000") else None,
                }
            )
    return found


def letters(rng: Random, signer: str, office: str, opened: int, today: int) -> list[Record]:
    """Responsibility letters signed at the beginning of the year, and of the last one."""
    found = []
    year = date.fromordinal(today).year
    for signed_year in (year - 1, year):
        for kind, share in (("safety", 0.8), ("fire", 0.55), ("community", 0.2)):
            signed = min(today, date(signed_year, 1, 1).toordinal() + between(rng, 4, 80))
            if chance(rng, share) and signed > opened:
                found.append(
                    {
                        "kind": kind,
                        "year": signed_year,
                        "signed_on": iso(signed),
                        "signed_by": signer,
                        "signed_with": office,
                    }
                )
    return found


def level(rng: Random, type_code: str, staff: int, industry: str) -> str | None:
    """The grade of safety standardisation that firms of this trade and size have reached."""
    if type_code != "03" or industry[0] not in "CDEGFH":
        return None
    if staff < 30:
        return draw(rng, "4440000")
    return draw(rng, "2333330") if industry[0] in "CDE" else draw(rng, "3340000")
