"""
YAML whose every value knows its line.

Only plain scalars, lists and mappings are taken. Anchors, aliases and tags are refused before anything is built,
so a small file cannot grow; so is nesting that no head needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from content import source

if TYPE_CHECKING:
    from content.faults import Complain

DEEPEST = 6
# libyaml's where PyYAML was built with it: ten times as quick.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Located:
    """A scalar, `list[Located]` or `dict[str, Located]`, and the line it starts on."""

    value: object
    line: int


def parse_mapping(text: str, first_line: int, complain: Complain) -> dict[str, Located] | None:
    """
    Return the top mapping of a YAML text.

    Args:
        text: the YAML.
        first_line: the line of the file on which `text` begins.
        complain: told what is wrong.

    Returns:
        None when the text is no mapping or no YAML; values that fail alone are complained about and left out.
    """
    try:
        if not _is_tame(text, first_line, complain):
            return None
        loader = LOADER(text)
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        complain(first_line + (mark.line if mark else 0), "YAML viết sai: kiểm tra dấu hai chấm, thụt dòng, ngoặc kép.")
        return None
    if not isinstance(node, yaml.MappingNode):
        complain(first_line, "Cần các dòng dạng 'tên: giá trị'.")
        return None
    top = _build(node, first_line, complain)
    return top.value if top is not None and isinstance(top.value, dict) else None


def _is_tame(text: str, first_line: int, complain: Complain) -> bool:
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        line = first_line + (event.start_mark.line if event.start_mark else 0)
        if getattr(event, "anchor", None) is not None:
            complain(line, "YAML không được dùng neo (&) hay bí danh (*).")
            return False
        if getattr(event, "tag", None) is not None:
            complain(line, "YAML không được dùng thẻ kiểu (!).")
            return False
        if depth > DEEPEST:
            complain(line, "YAML lồng quá sâu.")
            return False
    return True


def _build(node: yaml.Node, first_line: int, complain: Complain) -> Located | None:
    line = first_line + node.start_mark.line
    match node:
        case yaml.MappingNode():
            return Located(_mapping(node, first_line, complain), line)
        case yaml.SequenceNode():
            built = (_build(item, first_line, complain) for item in node.value)
            return Located([item for item in built if item is not None], line)
        case _:
            return _scalar(node, line, complain)


def _mapping(node: yaml.MappingNode, first_line: int, complain: Complain) -> dict[str, Located]:
    mapping: dict[str, Located] = {}
    for key_node, value_node in node.value:
        line = first_line + key_node.start_mark.line
        key = str(key_node.value)
        if key in mapping:
            complain(line, f"'{key}' được ghi hai lần.")
        value = _build(value_node, first_line, complain)
        if value is not None:
            mapping[key] = Located(value.value, line)
    return mapping


def _scalar(node: yaml.Node, line: int, complain: Complain) -> Located | None:
    try:
        value = yaml.constructor.SafeConstructor().construct_object(node)
    except (yaml.YAMLError, ValueError, OverflowError):
        complain(line, f"Giá trị '{str(node.value)[:40]}' không hợp lệ.")
        return None
    if isinstance(value, str):
        source.inspect(value, line, complain)
    return Located(value, line)
