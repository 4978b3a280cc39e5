"""Changes of a headline's surface that leave its wording alone, each made the same way every time."""

import re
from collections.abc import Callable
from typing import Final

_SMALL: Final = frozenset("a an and as at but by for from in into of on or over the to up with".split())
#: British and American spelling of words that headlines use.
_BRITISH: Final = """aeroplane aluminium analyse apologise apologises armour behaviour cancelled catalogue centre
    centres civilisation colour colours coloured councillor councillors criticise criticises defence dialogue doughnut
    doughnuts endeavour favour favours favourite fibre flavour flavours grey harbour honour honours honoured jewellery
    kerb kilometre kilometres labelling litre litres manoeuvre metre metres mould moustache neighbour neighbours
    neighbourhood offence organise organised organisers parlour plough ploughing programme programmes pyjamas recognise
    rumour rumours sceptics storey theatre theatres travellers tyre tyres vapour""".split()
_AMERICAN: Final = """airplane aluminum analyze apologize apologizes armor behavior canceled catalog center
    centers civilization color colors colored councilor councilors criticize criticizes defense dialog donut
    donuts endeavor favor favors favorite fiber flavor flavors gray harbor honor honors honored jewelry
    curb kilometer kilometers labeling liter liters maneuver meter meters mold mustache neighbor neighbors
    neighborhood offense organize organized organizers parlor plow plowing program programs pajamas recognize
    rumor rumors skeptics story theater theaters travelers tire tires vapor""".split()
#: From British to American only: `story`, `curb` and `program` may stand in a British headline too.
_AMERICAN_OF: Final = dict(zip(_BRITISH, _AMERICAN, strict=True))
_WORD: Final = re.compile(r"[^\W\d_][\w'’]*")
_LONG: Final = re.compile(r"\b[a-z]{5,}\b")


def title_case(text: str) -> str:
    """Each Word With a Capital, but for Small Ones."""

    def capital(match: re.Match[str]) -> str:
        word = match[0]
        return word if match.start() and word in _SMALL else word[0].upper() + word[1:]

    return _WORD.sub(capital, text)


def sentence_case(text: str) -> str:
    """One capital at the beginning, as a careless machine does it: names lose theirs, words in capitals keep them."""

    def small(match: re.Match[str]) -> str:
        word = match[0]
        lower = word if sum(letter.isupper() for letter in word) > 1 else word.lower()
        return lower if match.start() else lower[0].upper() + lower[1:]

    return _WORD.sub(small, text)


def curly_quotes(text: str) -> str:
    """Typographic quotation marks and apostrophes."""
    text = re.sub(r"(?<!\w)'(?=\S)", "‘", text).replace("'", "’")
    return re.sub(r'(?<!\w)"(?=\S)', "“", text).replace('"', "”")


def other_quotes(text: str) -> str:
    """Double quotation marks for single ones, or the other way round; apostrophes stay."""
    if '"' in text:
        return text.replace('"', "'")
    return re.sub(r"(?<!\w)'(?=\S)(.+?)(?<=\S)'(?!\w)", r'"\1"', text)


def _longest(text: str) -> re.Match[str] | None:
    """The first of the longest words without a capital."""
    return max(_LONG.finditer(text), key=lambda match: len(match[0]), default=None)


def typo(text: str) -> str:
    """Two neighbouring letters in the middle of the longest word without a capital change places."""
    longest = _longest(text)
    if not longest:
        return text
    word, middle = longest[0], len(longest[0]) // 2
    first = next((place for place in range(middle, 1, -1) if word[place] != word[place - 1]), middle) - 1
    slip = word[:first] + word[first + 1] + word[first] + word[first + 2 :]
    return text[: longest.start()] + slip + text[longest.end() :]


def missing_letter(text: str) -> str:
    """A letter in the middle of the longest word without a capital is left out."""
    longest = _longest(text)
    if not longest:
        return text
    place = longest.start() + len(longest[0]) // 2
    return text[:place] + text[place + 1 :]


def spelling(text: str) -> str:
    """American spelling for British."""

    def other(match: re.Match[str]) -> str:
        word = match[0]
        found = _AMERICAN_OF.get(word.lower(), word)
        return found[0].upper() + found[1:] if word[0].isupper() else found

    return _WORD.sub(other, text)


#: Every change by name; one that leaves a headline as it is does not apply to it.
CHANGES: Final[dict[str, Callable[[str], str]]] = {
    "title_case": title_case,
    "sentence_case": sentence_case,
    "curly_quotes": curly_quotes,
    "other_quotes": other_quotes,
    "suffix_bar": lambda text: f"{text} | Example News",
    "suffix_dash": lambda text: f"{text} - The Example Times",
    "typo": typo,
    "missing_letter": missing_letter,
    "spelling": spelling,
    "all_caps": str.upper,
}
