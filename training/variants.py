"""The same wording told otherwise: other names, a slip of the pen.

A score is one of wording, so none of it may move the score; trained on such variants, it moves less.
"""

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final

#: Names that can stand for each other, one group a line; forms of one name are joined by a slash, in the same order
#: throughout a group, so that a country and its people change together.
_GROUPS: Final = """
Britain/British|France/French|Germany/German|Spain/Spanish|Italy/Italian|Poland/Polish|Ukraine/Ukrainian|\
Russia/Russian|Turkey/Turkish|Egypt/Egyptian|Israel/Israeli|Iran/Iranian|Iraq/Iraqi|Syria/Syrian|India/Indian|\
Pakistan/Pakistani|China/Chinese|Japan/Japanese|Mexico/Mexican|Brazil/Brazilian|Canada/Canadian|Nigeria/Nigerian|\
Kenya/Kenyan|Australia/Australian|Greece/Greek|Sweden/Swedish|Hungary/Hungarian|Cuba/Cuban|Afghanistan/Afghan
Democrats/Democrat/Democratic|Republicans/Republican/Republican
Labour|Tory|Lib Dem
Muslims/Muslim|Christians/Christian|Jews/Jewish|Hindus/Hindu|Catholics/Catholic|Sikhs/Sikh|Mormons/Mormon
man/men/boy/father/husband/brother/son/he|woman/women/girl/mother/wife/sister/daughter/she
Man/Men/Boy/Father/Husband/Brother/Son/He|Woman/Women/Girl/Mother/Wife/Sister/Daughter/She
Trump|Obama|Clinton|Biden|Sanders|Pelosi|McConnell|Romney|Warren|Cruz|Rubio|Pence|Kerry|Christie|Ryan|Schumer
Putin|Merkel|Macron|Erdogan|Modi|Netanyahu|Trudeau|Corbyn|Johnson|Cameron|Assad|Maduro|Bolsonaro|Zelensky
London|Paris|Berlin|Chicago|Houston|Dallas|Boston|Detroit|Seattle|Denver|Miami|Atlanta|Toronto|Sydney|Mumbai|Lagos|\
Cairo|Madrid|Rome|Moscow|Beijing|Tokyo|Dublin|Glasgow|Leeds|Liverpool|Manchester|Birmingham|Baltimore|Phoenix
Texas|California|Florida|Ohio|Georgia|Michigan|Virginia|Arizona|Oregon|Alabama|Indiana|Kansas|Utah|Nevada|Iowa
Google|Facebook|Amazon|Microsoft|Tesla|Boeing|Walmart|Uber|Netflix|Samsung|Toyota|Starbucks|Nike|Disney|Pfizer|Shell
CNN|Fox News|BBC|MSNBC|Breitbart|Reuters|the Guardian|NBC|Vox|the Daily Mail|The New York Times|The Washington Post
James|John|Robert|Michael|David|Mary|Linda|Susan|Sarah|Emma|Mohammed|Ahmed|Fatima|Jose|Carlos|Maria|Wei|Raj|Priya|\
Jamal|Keisha|Ivan|Olga|Chloe|Liam|Sean|Aisha|Kevin|Daniel|Emily
"""
_CHANCES: Final = {"names": 0.6, "slip": 0.4}
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
#: Words of this many letters and more may get a slip.
_LONG: Final = 4


def _table(lines: str) -> tuple[re.Pattern[str], dict[str, tuple[Sequence[Sequence[str]], int, int]]]:
    """A pattern of all names, and for each its group, its place in the group, and which of the forms it is."""
    places: dict[str, tuple[Sequence[Sequence[str]], int, int]] = {}
    for line in lines.strip().splitlines():
        group = [entry.split("/") for entry in line.split("|")]
        for place, forms in enumerate(group):
            for form, name in enumerate(forms):
                places.setdefault(name, (group, place, form))
    longest_first = sorted(places, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b"), places


_NAME, _PLACES = _table(_GROUPS)


def other_names(text: str, generator: Random) -> str:
    """Every known name replaced by another of its group; one name by one other throughout, two by two."""
    chosen: dict[tuple[int, int], int] = {}

    def replace(match: re.Match[str]) -> str:
        group, place, form = _PLACES[match[0]]
        key = (id(group), place)
        if key not in chosen:
            taken = {other for (owner, _), other in chosen.items() if owner == id(group)}
            free = [other for other in range(len(group)) if other != place and other not in taken]
            chosen[key] = generator.choice(free) if free else place
        return group[chosen[key]][form]

    return _NAME.sub(replace, text)


def slip(text: str, generator: Random) -> str:
    """One longer word mistyped: two letters exchanged, one left out, doubled, or another in its place."""
    words = [match.span() for match in re.finditer(rf"[A-Za-z]{{{_LONG},}}", text)]
    if not words:
        return text
    start, end = generator.choice(words)
    at = generator.randrange(start + 1, end - 1)
    first, second = text[at], text[at + 1]
    other = generator.choice(_LETTERS)
    changed = generator.choice((second + first, second, first + first + second, other + second))
    return text[:at] + changed + text[at + 2 :]


def variant(row: Mapping[str, Any], generator: Random) -> dict[str, Any]:
    """What changes in a row of labels when its text is told otherwise: the wording's labels stay.

    Loaded phrases that are no longer there word for word, and a teacher's judgement of the tokens, become unknown.
    """
    text = str(row["text"])
    if generator.random() < _CHANCES["names"]:
        text = other_names(text, generator)
    if text == row["text"] or generator.random() < _CHANCES["slip"]:
        text = slip(text, generator)
    if text == row["text"]:
        return {}
    phrases = row["phrases"]
    kept = phrases is not None and all(phrase in text for phrase in phrases)
    return {"text": text, "phrases": phrases if kept else None, "taught_tokens": None}
