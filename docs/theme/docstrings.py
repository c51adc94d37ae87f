"""How the reference shows our docstrings: prose, examples as code, and what is raised as a list.

A docstring here is prose in Markdown. Lines that begin with `>>>` are an example, up to the next
empty line. Sentences that begin with the name of an exception and a colon say when it is raised.
"""

from __future__ import annotations

import builtins
import re
from typing import Any

import griffe

_RAISED = re.compile(
    r"(?:(?<=^)|(?<=[.:] )|(?<=\.\n))((?:[A-Z]\w+(?:\.\w+)?, )*[A-Z]\w+(?:\.\w+)?): "
)


class Docstrings(griffe.Extension):
    """Rewrites each docstring to Markdown, once, when it is loaded."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Called by griffe for every module, class, function and attribute."""
        if obj.docstring is not None:
            obj.docstring.value = as_markdown(obj.docstring.value)

    def on_class(self, *, cls: griffe.Class, **kwargs: Any) -> None:
        """Called by griffe for every class; drops what `__init__` sets through a base's property."""
        for name, member in list(cls.members.items()):
            if "instance-attribute" in member.labels and not (
                member.docstring or member.annotation
            ):
                del cls.members[name]


def as_markdown(text: str) -> str:
    r"""A docstring with its examples fenced and its exceptions listed.

    >>> as_markdown("Add one.\n\nTypeError: it is no number.")
    'Add one.\n\nRaises:\n\n- `TypeError`: it is no number.'
    """
    return "\n\n".join(_shown(paragraph) for paragraph in text.split("\n\n"))


def _shown(paragraph: str) -> str:
    if paragraph.lstrip().startswith(">>> "):
        return f"```pycon\n{paragraph}\n```"
    found = (one for one in _RAISED.finditer(paragraph) if _are_exceptions(one[1]))
    first = next(found, None)
    if first is None:
        return paragraph
    before = paragraph[: first.start()].strip()
    parts = _RAISED.split(paragraph[first.start() :])[1:]
    lines = [f"{before}\n\nRaises:\n" if before else "Raises:\n"]
    for names, sentence in zip(parts[::2], parts[1::2], strict=True):
        raised = ", ".join(f"`{name}`" for name in names.split(", "))
        lines.append(f"- {raised}: {' '.join(sentence.split())}")
    return "\n".join(lines)


def _are_exceptions(names: str) -> bool:
    return all(map(_is_exception, names.split(", ")))


def _is_exception(name: str) -> bool:
    found = getattr(builtins, name, None)
    if isinstance(found, type):
        return issubclass(found, BaseException)
    return name.endswith(
        ("Error", "Timeout", "InvalidURL", "Consumed", "Closed", "NotRead", "Conflict")
    )
