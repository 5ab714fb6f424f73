"""XML elements as JSON values: names, attributes, and which elements repeat."""

import io
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from xml.etree import ElementTree

from awsglue.data_source.json_text import Written, json_text

Element = ElementTree.Element
Path = tuple[str, ...]
"""The names of elements from the row's children down."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


class Options(NamedTuple):
    """format_options of xml that say what becomes of an element."""

    row_tag: str
    attributes: bool = True
    attribute_prefix: str = "_"
    value_tag: str = "_VALUE"
    blank_is_null: bool = False
    trim: bool = False


def elements(text: str, row_tag: str) -> Iterator[Element]:
    """The elements of the tag, with `prefix:name` for names in a namespace that has a prefix.

    A row inside of a row is a part of that row. ValueError where the text is no XML.
    """
    prefixes: dict[str, str] = {}
    depth = 0
    try:
        for event, found in ElementTree.iterparse(io.StringIO(text), ("start-ns", "start", "end")):
            if isinstance(found, tuple):
                prefix, uri = found
                prefixes[str(uri)] = str(prefix or "")
                continue
            if not isinstance(found, Element):
                continue
            if event == "start":
                found.tag = _name(found.tag, prefixes)
                found.attrib = {
                    _name(name, prefixes): value for name, value in found.attrib.items()
                }
            if found.tag != row_tag:
                continue
            depth += 1 if event == "start" else -1
            if event == "end" and not depth:
                yield found
                found.clear()
    except ElementTree.ParseError as problem:
        raise ValueError(f"it is no XML: {problem}") from problem


def repeated(element: Element, path: Path = ()) -> Iterator[Path]:
    """The paths of elements that stand more than once in one element."""
    seen: set[str] = set()
    for child in element:
        here = (*path, str(child.tag))
        if child.tag in seen:
            yield here
        seen.add(str(child.tag))
        yield from repeated(child, here)


def row_of(element: Element, lists: frozenset[Path], options: Options) -> str:
    """The JSON text of a row; the elements at `lists` are arrays in every row."""
    value = _value(element, (), lists, options)
    if not isinstance(value, dict):
        value = {} if value is None else {options.value_tag: value}
    return json_text(value)


def _value(element: Element, path: Path, lists: frozenset[Path], options: Options) -> Any:
    fields: dict[str, Any] = {}
    if options.attributes:
        for name, text in element.attrib.items():
            fields[options.attribute_prefix + name] = _scalar(text, options)
    for child in element:
        name = str(child.tag)
        here = (*path, name)
        value = _value(child, here, lists, options)
        if here in lists:
            fields.setdefault(name, []).append(value)
        else:
            fields[name] = value
    own = _scalar(element.text or "", options)
    if not fields:
        return own
    blank = not (element.text or "").strip()
    if own is not None and not (blank and len(element)):
        fields[options.value_tag] = own
    return fields


def _scalar(text: str, options: Options) -> Any:
    if options.trim:
        text = text.strip()
    if not text or (options.blank_is_null and not text.strip()):
        return None
    if _NUMBER.fullmatch(text) or text in ("true", "false"):
        return Written(text)
    return text


def _name(tag: str, prefixes: dict[str, str]) -> str:
    if not tag.startswith("{"):
        return tag
    uri, _, name = tag[1:].partition("}")
    prefix = prefixes.get(uri, "")
    return f"{prefix}:{name}" if prefix else name
