"""Loading and checking probe suites, those shipped and a user's own.

A suite is one YAML file in UTF-8. Every suite has these keys:

    name: city-swaps              # small letters, digits, - and _
    kind: swaps                   # swaps, surface, traps, triples, attribution or negation
    about: One sentence on what is measured.
    marks: {mean_spread: 1.5}     # limits by measure; may be left out, then nothing can fail
    probes: …                     # by group, see below

`marks` of any kind may hold `abstained`, the largest share of probes that may go unscored. The other measures are
those of the kind: shares 0-1 are limits from below, points limits from above (`mean_drop` of negation from below):
swaps `mean_spread`, `spread_p95`; surface the names in `changes.CHANGES`; traps `plain_calm`, `hot_seen`; triples
`in_order`, `plain_below_hot`; attribution `voice`, `bias_higher`, `words_found`; negation `hedged_lower`, `mean_drop`.

Probes of swaps are templates by group and event (good, bad, neutral); a slot is the name of a form in braces. Fillers
are a list, whose slot is the name of the group, or forms by filler:

    fillers:
      city: [Leeds, Cardiff]
      party: {Greens: {adj: Green, plural: Greens}, Liberals: {adj: Liberal, plural: Liberals}}
    probes:
      city:
        good: ["{city} tram line opens a month early"]
      party:
        bad: ["{adj} mayor resigns over road fund"]

Probes of the other kinds:

    surface       group: [a headline, …]; the changes are made by code (`changes.py`) wherever they apply
    traps         plain: [a headline that must score low, …] and hot: [one that must score high, …]
    triples       group: [{plain: …, mild: …, hot: …}, …]
    attribution   group: [{author: a sentence, quoted: the same with its loaded words in double quotation marks}, …]
                  and beside `probes` a key `body`, a calm text with the slot {sentence}
    negation      group: [{claim: …, hedged: …}, …]
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scorer.audit.changes import CHANGES
from scorer.audit.kinds import KINDS, Probe
from scorer.audit.place import Place, open_suite
from scorer.errors import InputError

SHIPPED: Final = Path(__file__).parent / "suites"
ABSTAINED: Final = "abstained"
EVENTS: Final = ("good", "bad", "neutral")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SLOT: Final = re.compile(r"\{(\w+)\}")
_QUOTATION: Final = re.compile(r'["“]([^"“”]+)["”]')


@dataclass(frozen=True)
class Suite:
    """A checked suite; `marks` are limits by measure, `body` the text around a sentence (attribution only)."""

    name: str
    kind: str
    about: str
    marks: dict[str, float]
    probes: tuple[Probe, ...]
    body: str
    path: Path


def load_suite(path: Path) -> Suite:
    """Read and check a suite.

    :raises InputError: naming the file, the line, what was found and what was expected.
    """
    root = open_suite(path)
    kind = root.items().get("kind")
    if kind is None or kind.text() not in KINDS:
        (kind or root).fail(repr(kind.text()) if kind else "without kind", f"a kind, one of {', '.join(KINDS)}")
    own = {"swaps": ("fillers",), "attribution": ("body",)}.get(kind.text(), ())
    parts = root.keys(("name", "kind", "about", "probes", *own), ("marks",))
    if not _NAME.fullmatch(parts["name"].text()):
        parts["name"].fail(repr(parts["name"].text()), "small letters, digits, - and _")
    probes = tuple(_READERS[kind.text()](parts))
    _check_different(path, probes)
    return Suite(
        name=parts["name"].text(),
        kind=kind.text(),
        about=parts["about"].text(),
        marks=_read_marks(parts["marks"], kind.text()) if "marks" in parts else {},
        probes=probes,
        body=_read_body(parts["body"]) if "body" in parts else "",
        path=path,
    )


def load_suites(own: tuple[Path, ...] = (), only: tuple[str, ...] = ()) -> list[Suite]:
    """The suites shipped, in the order of their kinds, then a user's own.

    :param only: names of those to keep; all when empty.
    :raises InputError: when one is bad, two have one name, or a name is unknown.
    """
    suites = [load_suite(SHIPPED / f"{kind}.yaml") for kind in KINDS]
    for path in own:
        suite = load_suite(path)
        if any(suite.name == other.name for other in suites):
            raise InputError(f"{path}: there is a suite {suite.name} already; give yours another name.")
        suites.append(suite)
    names = [suite.name for suite in suites]
    for name in only:
        if name not in names:
            raise InputError(f"there is no suite {name}; known are {', '.join(names)}.")
    return [suite for suite in suites if not only or suite.name in only]


def _read_marks(place: Place, kind: str) -> dict[str, float]:
    units = {measure.name: measure.unit for measure in KINDS[kind].measures} | {ABSTAINED: "share"}
    marks = {} if place.is_empty() else place.keys((), tuple(units))
    return {name: mark.number(1 if units[name] == "share" else 100) for name, mark in marks.items()}


def _read_body(place: Place) -> str:
    text = place.text()
    if _SLOT.findall(text) != ["sentence"]:
        place.fail("without one slot {sentence}", "a calm text with {sentence} where the sentence goes")
    return text


def _check_different(path: Path, probes: tuple[Probe, ...]) -> None:
    """Refuse a text that stands in two probes, or twice in one."""
    lines: dict[str, int] = {}
    for probe in probes:
        # the changes of a headline's surface may well agree with each other
        for text in [probe.versions["base"]] if "base" in probe.versions else probe.versions.values():
            if text.casefold() in lines:
                raise InputError(
                    f"{path}, line {probe.line}: “{text}” stands in line {lines[text.casefold()]} already, expected "
                    "each text once."
                )
            lines[text.casefold()] = probe.line


def _plain_text(place: Place) -> str:
    text = place.text()
    if _SLOT.search(text):
        place.fail("a text with a slot", "none: only swaps have fillers")
    return text


def _swaps(parts: dict[str, Place]) -> Iterator[Probe]:
    fillers = {group: _forms(group, place) for group, place in parts["fillers"].items().items()}
    for group, place in parts["probes"].items().items():
        if group not in fillers:
            place.fail("a group without fillers", f"one of {', '.join(fillers)}")
        for event, templates in place.keys((), EVENTS).items():
            for template in templates.each():
                yield Probe(group, _filled(template, fillers[group]), template.line, event)


def _forms(group: str, place: Place) -> dict[str, dict[str, str]]:
    """The forms of each filler by slot."""
    if place.is_list():
        forms = {item.text(): {group: item.text()} for item in place.each()}
    else:
        forms = {
            name: {slot: form.text() for slot, form in filler.items().items()} for name, filler in place.items().items()
        }
    if len(forms) < 2:
        place.fail("one filler", "two or more different ones")
    return forms


def _filled(template: Place, fillers: dict[str, dict[str, str]]) -> dict[str, str]:
    """A template with each filler."""
    slots = _SLOT.findall(template.text())
    if not slots:
        template.fail("without a slot", "a name in braces, as in {city}")
    for name, forms in fillers.items():
        for slot in slots:
            if slot not in forms:
                template.fail(f"a line with {{{slot}}}, which {name} lacks", f"slots among {', '.join(forms)}")
    return {name: _SLOT.sub(lambda match: forms[match[1]], template.text()) for name, forms in fillers.items()}  # noqa: B023


def _surface(parts: dict[str, Place]) -> Iterator[Probe]:
    for group, place in parts["probes"].items().items():
        for item in place.each():
            base = _plain_text(item)
            changed = {name: change(base) for name, change in CHANGES.items()}
            versions = {name: text for name, text in changed.items() if text != base}
            yield Probe(group, {"base": base} | versions, item.line)


def _traps(parts: dict[str, Place]) -> Iterator[Probe]:
    for label, place in parts["probes"].keys((), ("plain", "hot")).items():
        for item in place.each():
            yield Probe(label, {label: _plain_text(item)}, item.line)


def _contrasts(*labels: str) -> Callable[[dict[str, Place]], Iterator[Probe]]:
    """A reader of probes that hold a text by each label."""

    def read(parts: dict[str, Place]) -> Iterator[Probe]:
        for group, place in parts["probes"].items().items():
            for item in place.each():
                texts = item.keys(labels)
                yield Probe(group, {label: _plain_text(texts[label]) for label in labels}, item.line)

    return read


def _attribution(parts: dict[str, Place]) -> Iterator[Probe]:
    for group, place in parts["probes"].items().items():
        for item in place.each():
            texts = item.keys(("author", "quoted"))
            author, quoted = _plain_text(texts["author"]), _plain_text(texts["quoted"])
            words = _QUOTATION.findall(quoted)
            if len(words) != 1:
                texts["quoted"].fail(f"with {len(words)} quotations", "one, in double quotation marks")
            if _QUOTATION.search(author) or author.count(words[0]) != 1:
                texts["author"].fail("another wording", f"the words “{words[0]}” once and no quotation marks")
            yield Probe(group, {"author": author, "quoted": quoted}, item.line, words=words[0])


_READERS: Final[dict[str, Callable[[dict[str, Place]], Iterator[Probe]]]] = {
    "swaps": _swaps,
    "surface": _surface,
    "traps": _traps,
    "triples": _contrasts("plain", "mild", "hot"),
    "attribution": _attribution,
    "negation": _contrasts("claim", "hedged"),
}
