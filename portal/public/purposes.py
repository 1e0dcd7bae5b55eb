"""What the personal data of each kind of record are for, by what law they are kept, and how long."""

from __future__ import annotations

from dataclasses import dataclass

from registries.messages import N_

_LAW = N_(
    "Duties of the street and the community by law; Personal Information Protection Law, article 13 (3) and article 34"
)


@dataclass(frozen=True, slots=True)
class Purpose:
    """Message ids of the purpose, the basis in law, and the time of keeping."""

    purpose: str
    basis: str
    kept: str


PURPOSES = {
    "resident": Purpose(
        N_("To know who may need help in a fire, a flood or at home, and to count injuries against those living here"),
        _LAW, N_("While you live in the district, and two years after"),
    ),
    "household": Purpose(
        N_("To know who lives together, so that nobody is forgotten"), _LAW,
        N_("While the household lives in the district, and two years after"),
    ),
    "dwelling": Purpose(
        N_("To know which homes are let or at risk, and whom to reach there"), _LAW,
        N_("As long as the building stands; names of people while they live there, and two years after"),
    ),
    "organisation": Purpose(
        N_("To reach who is responsible for safety in a unit"),
        N_("Work Safety Law; Fire Protection Law"), N_("While the unit is active, and five years after"),
    ),
    "project": Purpose(
        N_("To know who answers for a promotion project; it is not shown on this site"), _LAW,
        N_("As long as the papers of the programme: ten years"),
    ),
}  # fmt: skip
