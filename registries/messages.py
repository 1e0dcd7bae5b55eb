"""What the data layer says to people: text that can be told again in another language.

A problem found while a file is checked is stored and read later, perhaps by someone with another language. So the
registries never store finished sentences: they store a message id with its values, and whoever shows it translates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Self


def N_(text: str) -> str:  # noqa: N802  The name that extractors of texts know.
    """Mark a message id for extraction without translating it."""
    return text


#: What stands between the things that a sentence lists.
BETWEEN = N_(", ")
#: After these full-width marks the next sentence follows without a blank.
FULL_WIDTH_ENDS = ("。", "！", "？", "；", "：")


class Problem(str):
    """One thing that is wrong, and what to do about it; as a string, the English sentence.

    Being a ``str`` it can stand wherever marshmallow, JSON or a log expects a message. A value may be a problem itself,
    such as the label of a field, or a list, whose separator each language chooses.
    """

    msgid: str
    remedy: str | None
    params: dict[str, Any]

    def __new__(cls, msgid: str, remedy: str | None = None, **params: Any) -> Self:
        params = {name: _storable(value) for name, value in params.items()}
        problem = super().__new__(cls, _sentence(msgid, remedy, params, str))
        problem.msgid, problem.remedy, problem.params = msgid, remedy, params
        return problem

    def __reduce__(self) -> tuple[Any, ...]:
        return (Problem.from_json, (self.as_json(),))

    def as_json(self) -> dict[str, Any]:
        """The parts, for a staged row or an API answer."""
        params = {name: _to_json(value) for name, value in self.params.items()}
        return {"message": self.msgid, "remedy": self.remedy, "params": params}

    @classmethod
    def from_json(cls, parts: dict[str, Any]) -> Problem:
        """The problem that ``as_json`` took apart."""
        params = {name: _from_json(value) for name, value in parts.get("params", {}).items()}
        return cls(parts["message"], parts.get("remedy"), **params)

    def localised(self, gettext: Callable[[str], str]) -> str:
        """The sentence and its remedy in the language of ``gettext``."""
        return _sentence(self.msgid, self.remedy, self.params, gettext)


def joined(sentences: Iterable[str]) -> str:
    """Sentences one after the other: with a blank between them, except where a full-width mark ends one."""
    text = ""
    for sentence in sentences:
        text += f" {sentence}" if text and not text.endswith(FULL_WIDTH_ENDS) else sentence
    return text


def _sentence(msgid: str, remedy: str | None, params: dict[str, Any], gettext: Callable[[str], str]) -> str:
    shown = {name: _shown(value, gettext) for name, value in params.items()}
    parts = [gettext(msgid), gettext(remedy)] if remedy else [gettext(msgid)]
    return joined(part % shown if shown else part for part in parts)


def _shown(value: Any, gettext: Callable[[str], str]) -> Any:
    if isinstance(value, Problem):
        return value.localised(gettext)
    if isinstance(value, list):
        return gettext(BETWEEN).join(str(_shown(item, gettext)) for item in value)
    return value


def _storable(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return [_storable(item) for item in value] if isinstance(value, list | tuple) else value


def _to_json(value: Any) -> Any:
    if isinstance(value, Problem):
        return value.as_json()
    return [_to_json(item) for item in value] if isinstance(value, list) else value


def _from_json(value: Any) -> Any:
    if isinstance(value, dict) and "message" in value:
        return Problem.from_json(value)
    return [_from_json(item) for item in value] if isinstance(value, list) else value


class Refused(Exception):
    """A whole request, such as a file or a command, that cannot be served; ``problem`` says why and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem
