"""Say at which line of a file's front matter a value stands."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

__all__ = ["line_of_value"]


def line_of_value(matter: str, path: Sequence[str]) -> int:
    r"""Return the line, from 0, of a value in YAML, by its keys and the numbers of list items; -1 without any of them.

    Parts that are not there are skipped.

    >>> line_of_value("a: 1\nb:\n- x\n- c: 2\n", ["b", "1", "c"])
    3
    """
    line = -1
    try:
        node = yaml.compose(matter, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return line
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pairs = [(key, value) for key, value in node.value if key.value == part]
            for key, value in pairs[-1:]:  # YAML's readers take the last of equal keys
                line, node = key.start_mark.line, value
        elif isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
            node = node.value[int(part)]
            line = node.start_mark.line
    return line
