"""People of the homes as records: whoever reads the stream gets household after household, head first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from registries.demo.areas import Grid
from registries.demo.days import iso, some_day
from registries.demo.dwellings import address_of, dwelling, household
from registries.demo.families import FEMALE, MALE, Person
from registries.demo.homes import AWAY, HERE, OUTSIDE, Home, homes_of
from registries.demo.kinship import Kinship
from registries.demo.lives import Employer, Needs, comes_back, events, occupation, rides, schooling, works
from registries.demo.names import Names
from registries.demo.numbers import Phones
from registries.demo.registration import Papers, Registration, registration
from registries.demo.tables import Record, between, chance, dice, draw, small, word_list, words

_SOURCES = words("visit visit visit visit patrol share share self census")
_CITIES = word_list("city")
_CERTAINTY = words("exact exact exact exact exact exact month year")
_UNRELATED = ("group_rented", "dormitory")


class Register:
    """Writes the records of all homes in the order of the grids; one object makes one pass."""

    def __init__(self, seed: object, grids: list[Grid], employers: Sequence[Employer], today: int) -> None:
        self._seed, self._grids, self._today = seed, grids, today
        self._names = Names()
        self._papers = Papers(self._names, today)
        self._phones = Phones()
        self._needs = Needs(today)
        self._employers = employers
        self._workplaces = min(0.62, len(employers) / (sum(grid.residents for grid in grids) * 0.42 + 1))

    def homes(self) -> Iterator[tuple[Record, Record | None, list[Record]]]:
        """Each dwelling with its household, if any, and the residents in it.

        A dormitory is one household over many rooms: it comes with its first room, and None with the others.
        """
        for grid in self._grids:
            rng = dice(self._seed, "people", grid.index)
            worker = self._names.name(rng, self._names.surname(rng), FEMALE, 1983)
            last = 0
            for home in homes_of(self._seed, grid, self._today):
                address = address_of(home)
                people = self._people(rng, home, grid, address, worker) if home.members else []
                first = bool(people) and home.household != last
                last = home.household if people else last
                lives_there = household(home, address, people) if first else None
                yield dwelling(rng, self._names, home, address, people, self._today), lives_there, people

    def _people(self, rng: Random, home: Home, grid: Grid, address: str, worker: str) -> list[Record]:
        belongs = registration(rng, home.origin, grid, self._grids, address)
        moved_in, moved_out = self._moves(rng, home)
        family = Kinship(self._names)
        records: list[Record] = []
        for person in home.members:
            if home.kind in _UNRELATED and records:
                belongs = registration(rng, home.origin, grid, self._grids, address)
            record = self._record(rng, home, person, belongs, worker)
            if home.origin == OUTSIDE:
                self._papers.outsider(rng, person, record)
            else:
                self._papers.citizen(rng, person, record, *family.surname_and_group(rng, person))
            record["address"], record["area_code"] = address, grid.key
            self._life(rng, home, grid, person, record)
            self._residence(rng, home, person, record, (moved_in, moved_out, belongs.grid_key))
            records.append(record)
        self._contacts(rng, home, records, family)
        return records

    _number, _member = "", 0

    def _record(self, rng: Random, home: Home, person: Person, belongs: Registration, worker: str) -> Record:
        number = f"{home.building.grid.index + 1:04d}{home.household:05d}"
        self._member = self._member + 1 if self._number == number else 1
        self._number = number
        return {
            "key": f"r-{number}-{self._member:02d}",
            "doc_type": None,
            "id_number": None,
            "no_id_reason": None,
            "name": None,
            "sex": person.sex,
            "birth_date": iso(person.born),
            "ethnicity": None,
            "education": None,
            "marital_status": person.marital,
            "occupation": None,
            "phone": self._phone(rng, person),
            "population_type": belongs.population,
            "registration_match": belongs.match,
            "separation_type": belongs.separation,
            "stay_status": "1",
            "registered_division": belongs.division or None,
            "registered_address": belongs.address or None,
            "address": None,
            "area_code": None,
            "household_number": number,
            "relation_to_head": "02"
            if self._member == 1
            else person.relation
            if person.relation != "02"
            else "99",
            "dwelling_key": home.key,
            "employer_name": None,
            "employer_key": None,
            "guardian_name": None,
            "guardian_phone": None,
            "emergency_contact": None,
            "emergency_phone": None,
            "groups": [],
            "links": [],
            "data_source": draw(rng, _SOURCES),
            "verified_on": iso(max(person.born, some_day(rng, self._today, 560, 1))),
            "verified_by": worker,
            "notice_ref": f"AL-GZ-{2024 + int(rng.random() * 3)}",
            "note": None,
        }

    def _phone(self, rng: Random, person: Person) -> str | None:
        age = person.age
        share = 0.965 if 16 <= age < 75 else 0.72 if age >= 75 else 0.45 if age >= 12 else 0.0
        return self._phones.next() if rng.random() < share else None

    def _life(self, rng: Random, home: Home, grid: Grid, person: Person, record: Record) -> None:
        profile, migrant = grid.street.profile, home.origin == AWAY
        record["education"] = school = schooling(rng, person)
        record["occupation"] = job = occupation(rng, person, school, migrant, profile)
        rider = rides(rng, person, job)
        if works(job) and not rider and rng.random() < self._workplaces and self._employers:
            employer = draw(rng, self._employers)
            record["employer_key"], record["employer_name"] = employer.key, employer.name
            since = some_day(rng, self._today, max(90, (person.age - 18) * 300), 30)
            since_open = max(iso(since), employer.opened)
            record["links"] = [
                {"role": "works_at", "target_key": employer.key, "since": since_open, "until": None}
            ]
        record["groups"] = self._needs.of(rng, person, home.kind, home.members, rider)

    def _moves(self, rng: Random, home: Home) -> tuple[int, int]:
        """The days when the household came and, for one in a hundred, left again."""
        oldest = self._today - home.members[0].born
        since = min(oldest, (2027 - home.building.built) * 365)
        if home.origin == AWAY:
            since = min(since, int(200 + 2600 * small(rng)))
            since = between(rng, 20, 180) if chance(rng, 0.2) else since
        came = self._today - max(30, int(since * (0.25 + 0.75 * rng.random())))
        # Whoever died here had come before.
        came = min([came, *(person.died - 90 for person in home.members if person.died)])
        left = chance(rng, 0.011) and home.kind != "dormitory"
        gone = some_day(rng, self._today, 20, 3) if left else 0
        # Nobody moves with a child that is born some days later.
        return came, 0 if any(person.born >= gone for person in home.members) else gone

    def _residence(
        self, rng: Random, home: Home, person: Person, record: Record, moves: tuple[int, int, str | None]
    ) -> None:
        moved_in, moved_out, moved_from = moves
        start = max(person.born, moved_in)
        end = person.died or moved_out
        record["moved_in_on"] = iso(moved_in) if moved_in > person.born else None
        record["moved_out_on"] = iso(moved_out) if moved_out and not person.died else None
        record["died_on"] = iso(person.died) if person.died else None
        if person.died:
            record["stay_status"], record["phone"] = "5", None
        elif moved_out:
            record["stay_status"] = "4"
        elif self._today - start < 183 and home.origin in (AWAY, OUTSIDE):
            record["stay_status"] = "2" if self._today - start > 25 else "3"
        record["life_events"] = events(rng, person, self._today, moved_in, moved_out, moved_from)
        record["stays"] = [
            {
                "area_code": record["area_code"],
                "dwelling_key": home.key,
                "kind": _stay_kind(home, record),
                "from_on": iso(start),
                "to_on": iso(end) if end else None,
                "certainty": draw(rng, _CERTAINTY),
                "reported_on": iso(min(self._today, start + between(rng, 0, 40))),
            }
        ]
        if end:
            _gone(record)
        elif home.origin == HERE and _went_away(rng, home, person):
            self._away(rng, record)
        elif home.origin == HERE and start < self._today - 800:
            self._return(rng, person, record)

    def _away(self, rng: Random, record: Record) -> None:
        """Registered here, living and working in another city."""
        record["registration_match"], record["separation_type"], record["stay_status"] = "02", "1", None
        record["address"] = f"{draw(rng, _CITIES)}（在外居住）"
        _gone(record)
        record["stays"][0]["kind"] = "away"

    def _return(self, rng: Random, person: Person, record: Record) -> None:
        event = comes_back(rng, person, self._today)
        if event is not None:
            record["life_events"].append(event)
            before = record["stays"][0]
            record["stays"].append(
                {**before, "from_on": event["event_on"], "reported_on": event["reported_on"]}
            )
            before["kind"], before["to_on"] = "away", event["event_on"]

    def _contacts(self, rng: Random, home: Home, records: list[Record], family: Kinship) -> None:
        by_person = dict(zip(map(id, home.members), records, strict=True))
        for person, record in zip(home.members, records, strict=True):
            if person.age < 18:
                keeper = by_person.get(id(person.keeper)) or records[0]
                record["guardian_name"] = keeper["name"]
                record["guardian_phone"] = keeper["phone"] or next(
                    filter(None, (r["phone"] for r in records)), None
                )
            elif person.age >= 65 and home.kind in ("single_old", "old_couple"):
                if rng.random() < 0.82:
                    father = next((member for member in home.members if member.sex == MALE), None)
                    surname = self._names.surname(rng)
                    if father is not None:
                        surname, _ = family.surname_and_group(rng, father)
                    record["emergency_contact"] = self._names.name(rng, surname, draw(rng, "12"), 1976)
                    record["emergency_phone"] = self._phones.next()
            elif person.age >= 60 and len(records) > 2:
                younger = records[0] if home.members[0] is not person else records[-1]
                record["emergency_contact"], record["emergency_phone"] = younger["name"], younger["phone"]


def _gone(record: Record) -> None:
    """Whoever died or left has a room and a job here no more; the stay remembers the room."""
    record["dwelling_key"], record["employer_key"], record["employer_name"] = None, None, None
    record["links"] = []


def _went_away(rng: Random, home: Home, person: Person) -> bool:
    share = 0.2 if home.kind == "couple_grown_child" and person.father else 0.0
    share = share or (
        0.035 if 19 <= person.age < 45 and person.relation != "02" and home.kind != "group_rented" else 0
    )
    return bool(share) and person.sex in (MALE, FEMALE) and rng.random() < share


def _stay_kind(home: Home, record: Record) -> str:
    if record["separation_type"] == "3":
        return "registered"
    if home.kind == "dormitory":
        return "institution"
    return {"2": "temporary", "3": "visit"}.get(record["stay_status"], "usual")
