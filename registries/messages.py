"""What the data layer says to people: text that can be told again in another language.

A problem found while a file is checked is stored and read later, perhaps by someone with another language. So the
registries never store finished sentences: they store a message id with its values, and whoever shows it translates.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any


def N_(text: str) -> str:
    """Mark a message id for extraction without translating it."""
    return text


class Problem(str):
    """One thing that is wrong, and what to do about it; as a string, the English sentence.

    Being a ``str`` it can stand wherever marshmallow, JSON or a log expects a message.
    """

    msgid: str
    remedy: str | None
    params: dict[str, Any]

    def __new__(cls, msgid: str, remedy: str | None = None, **params: Any) -> Problem:
        params = {name: value.isoformat() if isinstance(value, date) else value for name, value in params.items()}
        problem = super().__new__(cls, _sentence(msgid, remedy, params, str))
        problem.msgid, problem.remedy, problem.params = msgid, remedy, params
        return problem

    def __reduce__(self) -> tuple[Any, ...]:
        return (Problem.from_json, (self.as_json(),))

    def as_json(self) -> dict[str, Any]:
        """The parts, for a staged row or an API answer."""
        params = {name: value.as_json() if isinstance(value, Problem) else value for name, value in self.params.items()}
        return {"message": self.msgid, "remedy": self.remedy, "params": params}

    @classmethod
    def from_json(cls, parts: dict[str, Any]) -> Problem:
        """The problem that ``as_json`` took apart."""
        params = {
            name: cls.from_json(value) if isinstance(value, dict) and "message" in value else value
            for name, value in parts.get("params", {}).items()
        }
        return cls(parts["message"], parts.get("remedy"), **params)

    def localised(self, gettext: Callable[[str], str]) -> str:
        """The sentence and its remedy in the language of ``gettext``."""
        return _sentence(self.msgid, self.remedy, self.params, gettext)


def _sentence(msgid: str, remedy: str | None, params: dict[str, Any], gettext: Callable[[str], str]) -> str:
    shown = {name: value.localised(gettext) if isinstance(value, Problem) else value for name, value in params.items()}
    parts = [gettext(msgid), gettext(remedy)] if remedy else [gettext(msgid)]
    return " ".join(part % shown if shown else part for part in parts)


class Refused(Exception):
    """A whole request, such as a file or a command, that cannot be served; ``problem`` says why and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem
