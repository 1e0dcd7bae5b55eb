"""What the code lists are called for people, in groups, and which of them a site may add to.

The others are closed because rules of the program name their codes, or because a national standard lists them all.
"""

from __future__ import annotations

from collections.abc import Mapping

from .messages import N_

GROUPS: tuple[tuple[str, Mapping[str, str]], ...] = (
    (N_("People"), {
        "document_type": N_("Document types"), "no_id_reason": N_("Reasons for no ID number"), "sex": N_("Sexes"),
        "ethnicity": N_("Ethnic groups"), "education": N_("Levels of education"),
        "marital_status": N_("Marital statuses"), "occupation": N_("Occupations"),
        "family_relationship": N_("Relations to the head of household"),
        "vulnerable_group": N_("Groups at risk"), "disability_type": N_("Kinds of disability"),
        "disability_grade": N_("Grades of disability"), "population_type": N_("Population types"),
        "registration_match": N_("Registered where living, or not"), "separation_type": N_("Kinds of separation"),
        "stay_status": N_("Stay statuses"), "stay_kind": N_("Kinds of stay"),
        "stay_certainty": N_("Certainty of a stay"), "life_event": N_("Life events"),
        "hukou_kind": N_("Kinds of household registration"), "household_kind": N_("Kinds of household"),
        "data_source": N_("Sources of data"),
    }),
    (N_("Dwellings, buildings, places"), {
        "dwelling_use": N_("Uses of dwellings"), "tenure": N_("Tenures"), "gas_kind": N_("Kinds of gas supply"),
        "place_kind": N_("Kinds of place"), "building_structure": N_("Building structures"),
        "danger_grade": N_("Danger grades of buildings"), "datum": N_("Coordinate systems"),
        "area_kind": N_("Kinds of area"), "division": N_("Divisions of the country"),
    }),
    (N_("Organisations"), {
        "org_type": N_("Kinds of organisation"), "industry": N_("Industries"),
        "operating_status": N_("Operating statuses"), "registration_scheme": N_("Numbering schemes"),
        "uscc_department": N_("Registering departments"), "key_unit": N_("Kinds of key unit"),
        "small_venue": N_("Kinds of small venue"), "licence": N_("Kinds of licence"),
        "special_equipment": N_("Kinds of special equipment"), "fire_level": N_("Levels of fire supervision"),
        "standardisation_level": N_("Levels of standardisation"),
        "hazard_source_grade": N_("Grades of hazard source"), "letter_kind": N_("Kinds of letter"),
    }),
    (N_("Facilities"), {
        "facility_subclass": N_("Subclasses of facilities"), "facility_state": N_("States of facilities"),
        "link_role": N_("Relations between records"),
    }),
    (N_("Accidents, injuries, hazards"), {
        "accident_type_1986": N_("Accident types of 1986"), "accident_type_2025": N_("Accident types of 2025"),
        "accident_grade": N_("Accident grades"), "work_injury_severity": N_("Severities of work injuries"),
        "event_kind": N_("Kinds of event"), "icd10_block": N_("ICD-10 blocks"),
        "injury_activity": N_("Activities when hurt"), "injury_alcohol": N_("Alcohol when hurt"),
        "injury_body_part": N_("Parts of the body"), "injury_body_system": N_("Systems of the body"),
        "injury_cause": N_("Causes of injury"), "injury_education": N_("Education on the injury card"),
        "injury_intent": N_("Intents of injury"), "injury_nature": N_("Natures of injury"),
        "injury_outcome": N_("Outcomes of injury"), "injury_place": N_("Places of injury"),
        "injury_product_relation": N_("Relations to a product"),
        "injury_registration": N_("Registration on the injury card"), "injury_severity": N_("Severities of injury"),
        "hazard_category": N_("Categories of hazard"), "hazard_level": N_("Levels of hazard"),
        "hazard_state": N_("States of hazard"), "hazard_five_fixes": N_("Five fixes of a rectification"),
        "task_five_fixes": N_("Five fixes of a task"), "inspection_kind": N_("Kinds of inspection"),
    }),
    (N_("The public site"), {
        "news_category": N_("Categories of news"), "notice_category": N_("Categories of notices"),
        "page_category": N_("Categories of pages"), "edition_state": N_("States of a text"),
    }),
    (N_("Programme and risk"), {
        "programme_stage": N_("Stages of the programme"), "project_status": N_("Statuses of projects"),
        "project_target": N_("Target groups of projects"),
        "promotion_category": N_("Categories of promotion"), "measure_kind": N_("Kinds of measure"),
        "archive_item": N_("Items of the archive"), "aqt9001_element": N_("Elements of AQ/T 9001"),
        "isccc_indicator": N_("Indicators of the international network"), "indicator": N_("Indicators"),
        "bulletin_kind": N_("Kinds of bulletin"), "risk_colour": N_("Risk colours"),
        "lec_likelihood": N_("LEC: likelihood"), "lec_exposure": N_("LEC: exposure"),
        "lec_consequence": N_("LEC: consequence"), "lec_band": N_("LEC: bands"),
        "age_group_injury": N_("Age groups of injuries"), "age_group_wide": N_("Wide age groups"),
        "age_group_work": N_("Age groups at work"),
    }),
)
NAMES: Mapping[str, str] = {scheme: name for _, schemes in GROUPS for scheme, name in schemes.items()}

#: Lists that a site may add to. No rule of the program names their codes.
OPEN = frozenset({
    "no_id_reason", "vulnerable_group", "data_source", "dwelling_use", "tenure", "gas_kind", "place_kind",
    "building_structure", "division", "org_type", "industry", "key_unit", "small_venue", "licence",
    "special_equipment", "letter_kind", "facility_subclass", "facility_state", "hazard_category", "inspection_kind",
    "promotion_category", "measure_kind", "archive_item",
})

#: How sure an entry that comes with Sanku is; ``docs`` of the lists name the sources.
CERTAINTIES = {
    "A": N_("two or more sources agree"), "B": N_("one source seen"), "C": N_("from memory, to be compared"),
    "P": N_("our own proposal"),
}
