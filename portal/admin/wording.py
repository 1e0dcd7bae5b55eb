"""What the change logs call things, for people."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from markupsafe import Markup

from registries.access import ROLE_NAMES
from registries.audit import Line, Told
from registries.messages import N_

from ..accounts.own_views import REGISTRY_NAMES
from ..system import Catalogue

#: Actions of the change logs and of the access log.
ACTIONS = {
    "create": N_("created"), "update": N_("changed"), "retire": N_("taken out of use"),
    "restore": N_("brought back"), "merge": N_("merged"), "unmerge": N_("merger taken back"),
    "apart": N_("told apart"), "erase": N_("erased"), "apply": N_("import applied"), "undo": N_("import taken back"),
    "area": N_("area changed"), "move": N_("moved"), "moved": N_("move finished"), "rename": N_("renamed"),
    "end": N_("ended"), "boundary": N_("boundary drawn"), "load": N_("loaded"), "publish": N_("published"),
    "request": N_("asked for"), "approve": N_("approved"), "refuse": N_("refused"), "reveal": N_("saw full numbers"),
    "view": N_("looked at a record"), "search": N_("searched"), "export": N_("exported"),
    "denied": N_("was refused"), "grant": N_("role given"), "revoke": N_("taken away"), "disable": N_("disabled"),
    "enable": N_("let in again"), "reset_password": N_("password issued"), "receive": N_("received"),
    "reset_second_factor": N_("second factor taken off"), "check": N_("checked"), "finish": N_("done"),
    "begin": N_("begun"), "verify": N_("logs verified"), "sign_in": N_("signed in"), "open": N_("opened"),
    "close": N_("closed"), "withdraw": N_("withdrawn"), "refused": N_("refused"), "approved": N_("approved"),
    "forget": N_("forgotten"), "life_event": N_("life event"), "change_password": N_("password changed"),
    "sign_in_failed": N_("could not sign in"), "new_recovery_codes": N_("new recovery codes"),
    "set_second_factor": N_("second factor set up"), "remove_second_factor": N_("second factor removed"),
    "use_recovery_code": N_("recovery code used"), "attach": N_("file added"), "detach": N_("file removed"),
    "propose": N_("change proposed"), "take": N_("proposal taken over"), "return": N_("given back"),
    "submit": N_("handed in"), "throttled": N_("was held up"),
}
#: Kinds of which the logs tell and that are no records.
KINDS = {
    "area": N_("Area of the tree"), "batch": N_("Import"), "code": N_("Code list"), "demo": N_("Demo"),
    "user": N_("Account"),
    "transfer_request": N_("Transfer"), "rights_request": N_("Request about one's data"), "log": N_("Change logs"),
    "denominator": N_("Published figure"), "api_token": N_("API token"), "opening": N_("View of people"),
    "import_mapping": N_("Import mapping"),
}
DATABASES = {
    "network": N_("network"), "population": N_("population"), "organisations": N_("organisations"),
    "facilities": N_("facilities"), "system": N_("system"),
}


def action_name(action: str) -> str:
    """An action in words; one that this version does not know stands as the log has it."""
    return gettext(ACTIONS[action]) if action in ACTIONS else action


def kind_name(catalogue: Catalogue, kind: str) -> str:
    """A kind in words."""
    if kind in catalogue:
        return gettext(catalogue[kind].kind.label)
    return gettext(KINDS[kind]) if kind in KINDS else kind


#: Fields of our own kinds, which no schema labels.
FIELDS = {
    "role": N_("Role"), "area_id": N_("Where it holds"), "registry": N_("Registry"), "until": N_("Last day"),
    "name": N_("Name of it"), "full_name": N_("Full name"), "disabled_at": N_("Disabled"),
    "code": N_("Code in the list"),
    "scheme": N_("Code list"), "name_zh": N_("Chinese name"), "name_en": N_("English name"),
    "entries": N_("Entries"), "counts": N_("Counts"), "file_name": N_("File"), "state": N_("State"),
    "number": N_("Number"), "right": N_("What is asked for"), "record_id": N_("Record (id)"),
    "fields": N_("Fields"), "count": N_("Count"), "parent_id": N_("Above"), "on": N_("Since when"),
    "valid_from": N_("Valid since"), "valid_to": N_("Last day"), "kind": N_("Kind"), "source": N_("Source"),
    "scopes": N_("May"), "expires_at": N_("Runs out"), "faults": N_("Faults"), "synonyms": N_("Other wordings"),
}
_VALUES = {"role": ROLE_NAMES, "registry": REGISTRY_NAMES}


def field_name(catalogue: Catalogue, line: Line, told: Told) -> str | Markup:
    """What a field that a line tells of is called; one that nobody labels stands as the log has it."""
    if line.kind in catalogue and told.label != told.name:
        return gettext(told.label)
    if told.name in FIELDS:
        return gettext(FIELDS[told.name])
    return Markup("<code>{}</code>").format(told.name)


def value_shown(catalogue: Catalogue, line: Line, told: Told, value: Any) -> str | Markup:
    """A value that may be seen; of our own kinds as the log has it, where there is no word for it."""
    if value is None or value == "":
        return "—"
    if line.kind in catalogue:
        return str(value)
    name = _VALUES.get(told.name, {}).get(str(value))
    return gettext(name) if name else Markup("<code>{}</code>").format(value)
