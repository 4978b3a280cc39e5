"""Reading YAML node by node, so that every complaint names the file, the line and the key."""

from pathlib import Path
from typing import Final, NoReturn

import yaml

from scorer.errors import InputError

_TAGS: Final = {"bool": "yes or no", "null": "nothing", "int": "a number", "float": "a number", "timestamp": "a date"}


class Place:
    """A part of a suite with its place, so that whatever is wrong with it can be named."""

    def __init__(self, path: Path, key: str, node: yaml.Node) -> None:
        self.path, self.key, self.node = path, key, node
        self.line: int = node.start_mark.line + 1

    def fail(self, found: str, expected: str) -> NoReturn:
        """Say what was found here and what was expected."""
        raise InputError(f"{self.path}, line {self.line}: {self.key} is {found}, expected {expected}.")

    def _what(self) -> str:
        if isinstance(self.node, yaml.MappingNode):
            return "keys and values (a colon makes them; quotation marks around the line help)"
        return "a list" if self.is_list() else self._scalar()

    def _scalar(self) -> str:
        kind = self.node.tag.rpartition(":")[2]
        return f"{_TAGS[kind]} (put it in quotation marks to make it text)" if kind in _TAGS else "text"

    def items(self) -> dict[str, "Place"]:
        """Values by key, in order; a key that stands twice is refused."""
        if not isinstance(self.node, yaml.MappingNode) or not self.node.value:
            self.fail("empty" if self.is_empty() else self._what(), "keys with values")
        found: dict[str, Place] = {}
        for key_node, value in self.node.value:
            key = Place(self.path, f"a key of {self.key}", key_node).text()
            if key in found:
                Place(self.path, f"{key} in {self.key}", key_node).fail("there twice", "each key once")
            found[key] = Place(self.path, key, value)
        return found

    def keys(self, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, "Place"]:
        """Values of a mapping whose keys are known."""
        found = self.items()
        for key, value in found.items():
            if key not in required + optional:
                value.fail("no key of this place", f"one of {', '.join(required + optional)}")
        for key in required:
            if key not in found:
                self.fail(f"without {key}", f"the keys {', '.join(required)}")
        return found

    def each(self) -> list["Place"]:
        """The items of a list with at least one."""
        if not self.is_list() or not self.node.value:
            self.fail("empty" if self.is_empty() else self._what(), "a list")
        return [Place(self.path, f"item {n} of {self.key}", node) for n, node in enumerate(self.node.value, 1)]

    def text(self) -> str:
        """One line of text."""
        if not isinstance(self.node, yaml.ScalarNode) or self._scalar() != "text":
            self.fail(self._what(), "a line of text")
        value: str = self.node.value.strip()
        if not value or "\n" in value:
            self.fail("several lines" if value else "empty", "a line of text")
        return value

    def number(self, highest: float) -> float:
        """A number from 0 to `highest`."""
        try:
            value = float(self.node.value)
        except (TypeError, ValueError):
            value = -1.0
        if not 0 <= value <= highest:
            found = repr(self.node.value) if isinstance(self.node, yaml.ScalarNode) else self._what()
            self.fail(found, f"a number from 0 to {highest:g}")
        return value

    def is_list(self) -> bool:
        """Whether it is a list rather than keys or text."""
        return isinstance(self.node, yaml.SequenceNode)

    def is_empty(self) -> bool:
        """Whether nothing is written here."""
        return not self.node.value


def open_suite(path: Path) -> Place:
    """The root of a file.

    :raises InputError: when it cannot be read or is no YAML.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8-sig"), yaml.SafeLoader)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is no UTF-8 text (byte {error.start + 1}); save it as UTF-8.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(f"{path}, line {line}: is no YAML ({error.problem}); see the suites shipped.") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(f"{path}: is no YAML that can be read as a suite; see the suites shipped.") from error
    if node is None:
        raise InputError(f"{path}: is empty, expected a suite with the keys name, kind, about and probes.")
    return Place(path, "the suite", node)
