"""Whether a text can be judged at all: rules for what is no headline, a library for what is not English.

A wrong refusal costs more trust than a wrong score, so every rule asks for clear evidence.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Encoding

#: Longer texts are no headlines: twice the longest rated one.
MAX_CHARACTERS = 400
#: Below this probability of English the language library's word is taken; of 5,000 collected headlines none lay there,
#: though many that are full of foreign names came near.
MIN_ENGLISH = 0.003
#: Words that tell English from its neighbours; forms shared with another language ("in", "die", "is") are left out.
ENGLISH = frozenset(
    """the and to with his from by after says said how why what this that are were who not you your their they our it
    its been can could should would about against into more than when where which while new first out up she him them
    does did get gets makes make""".split()
)
#: Function words of other languages that an English vocabulary holds too; those that are English words are left out.
FOREIGN = frozenset(
    """el la los las de del en un una por con para su al le les des du et dans sur pour au aux est une der das und
    den dem im von zu mit ein eine auf ist di il lo gli che non da dal nel sul o os dos nos em um uma ao het
    van een op te voor och att det som av til og na w z nie je se sa ve bir bu yang""".split()
)
#: In the tokeniser's vocabulary: where words of three and more letters begin, and how far common ones reach.
_FIRST_WORD = 1996
_LAST_COMMON_WORD = 15000
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")

#: Each alone shows that a text is machine matter or page furniture.
_STRONG = (
    r"</?[a-z][\w-]*(?:\s[^<>]*)?/?>|<!--",  # markup
    r"[{}]\s*$|^\s*[{\[]\s*[\"'{\[]|;\s*$|\}\s*[;,)]|=>|===?|!=|&&|\|\||::|\+=|\w->\w",  # code
    r"^\s*(?:def|function|class|public|private|static|const|let|var|void|elif)\s+[\w.<>\[\]]+(?:\s+\w+)?\s*[(={;]",
    r"\bSELECT\b.+\bFROM\b.+(?:\bWHERE\b|;)|\bSELECT \*",
    r"\bINSERT INTO \w+ ?\(|\bUPDATE \w+ SET \w+ ?=|\b(?:CREATE|DROP) TABLE\b",
    r"^\s*from [\w.]+ import |^\s*import [\w.]+(?: as \w+\s*$|;)|^\s*\$ \w",
    r"^\s*(?:sudo|npm|pip3?|git|apt(?:-get)?) (?:install|run|clone|push|pull|commit|checkout|apt)\b",
    r"\w+\.\w+\([^)]*\)|\w+\(\)|[\w-]+\s*\{[^}]*:[^}]*\}",
    r"^\s*at [\w$.]+\(|\bTraceback\b|\bFile \".+\", line \d|Exception in thread",
    r"\b[A-Z][a-z]\w*(?:Error|Exception):",
    r"^\s*[\[(]?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\[(?:INFO|WARN|WARNING|ERROR|DEBUG)\]|^\s*(?:INFO|DEBUG)\b[ :]",
    r"^\s*(?:https?://|www\.)\S+\s*$",  # locators
    r"^\s*+(?:[\w.+-]++@[\w.-]++(?:[;,\s]++|$))++$",
    r"^\s*(?:[A-Za-z]:\\|~?/)[\w.\\/ ()-]+$",
    r"^\s*[\w.() -]+\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|docx?|xlsx?|zip|csv)\s*$",
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-|\b[0-9a-f]{24,}\b|\b(?=\w*\d)(?=\w*[A-Z])(?=\w*[a-z])\w{28,}={0,2}",
    r"\b(?:lorem ipsum|dolor sit amet|consectetur adipiscing|sed do eiusmod)\b",
    r"(?:©|\(c\)|copyright)\s*(?:©\s*)?\d{4}|\ball rights reserved\b",
    r"\]\(\S*\)|^\s*[-*] \[[ x]\]|(?:\b\w+: [^,;:]+[,;] ?){2,}\w+: ",  # Markdown, YAML
    r"^\s*(?i:ingredients)\s*:",
    r"(?:[^|]*\|){4,}|^\s*\|.*\|\s*$|^\s*:?-{3,}",  # tables
    r"(?:\b\d*[/.½¼¾\d]\s?(?:g|kg|ml|tbsp|tsp|cups?|oz|cloves?)\b.*){3}",
    r"^\s*\d+[a-z]?,? (?:[A-Z][\w'.]+ ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Blvd)\b\.?, [A-Z]",
    r"\b(?:P\.?O\.? Box|Suite|Unit) \d+,.*\d|,\s*[A-Z]{2}\s+\d{5}(?:-\d{4})?\b",
    r"\b[A-Z]{1,2}\d{1,2}[A-Z]? \d(?![AP]M)[A-Z]{2}(?=\s*$|,)",
    r"\b(?i:tel|phone|fax|mobile|e-?mail)\s*[:.]\s*(?:\+?[\d() -]{6,}|\S+@)",
    r"(?i:^\s*(?:error\s+)?[45]\d\d\b\W*(?:page |file )?(?:not found|forbidden|bad gateway|internal server error))",
    r"^\s*(?:ISO|f/\d|EXIF)\b.*(?:f/\d|\d+mm|1/\d+)|\bf/\d\.?\d*\b.*\b(?:ISO|\d+ ?mm)\b",
)

#: So does a date and nothing else.
_DATE = (
    r"(?i:^\s*(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|\W|\d++(?:st|nd|rd|th)?|[ap]m|gmt|utc|"
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?|updated|published|posted|last|on|at)+$)"
)

#: Page furniture; two different ones are enough, or what covers nearly the whole text.
_FURNITURE = (
    r"\bwe use cookies\b|\baccept (?:all )?cookies\b|\bcookie (?:policy|settings|preferences)\b",
    r"\baccept all\b(?! cookies)|\breject all\b|\bmanage (?:preferences|choices|settings)\b",
    r"\bour partners\b|\byour consent\b|\bby continuing\b",
    r"\bcreate (?:an )?account\b|\bmy account\b",
    r"\bforgot(?:ten)? (?:your )?password\b|\bremember me\b|\busername\b",
    r"\bstraight to your inbox\b|\bunsubscribe\b",
    r"\b(?:enter )?your e-?mail\b|\be-?mail address\b",
    r"\bprivacy notice\b|\bterms (?:of use|(?:and|&) conditions)\b|\bsitemap\b",
    r"\bcontact us\b|\babout us\b|\badvertise with us\b|\bhelp cent(?:re|er)\b|\bfaqs\b",
    r"\badd to (?:cart|basket|bag|wishlist)\b|\byour (?:cart|basket|bag)\b",
    r"\bproceed to checkout\b|\bsubtotal\b|\bqty\b",
    r"\bfree (?:shipping|delivery)\b|\bdelivery free\b|\bin stock\b",
    r"\bshare (?:this|on|via)\b|\bfollow us\b",
    r"\bcopy link\b|\btweet\b.*\bshare\b|\bshare\b.*\btweet\b|\bprint\b.*\be-?mail\b|\be-?mail\b.*\bprint\b",
    r"\bread more\b|\bload(?:ing)? more\b|\bshow (?:more|less)\b",
    r"\bclick here\b|\bskip to (?:main )?content\b|\bback to top\b|\breturn to (?:the )?home ?page\b",
    r"\bpage \d+ of \d+\b|\bresults? per page\b|\bsort by\b|\bfilter by\b",
    r"\b(?:page|file) (?:was )?not found\b|\bpage you (?:requested|were looking for)\b|\bsomething went wrong\b",
    r"\bplease (?:try again|enable|wait|enter|select)\b|\bjavascript\b.*\bbrowser\b",
    r"\brequired fields?\b|\bfirst name\b|\blast name\b|\bcharacters remaining\b",
    r"\bplay\b.*\b(?:pause|mute)\b",
    r"\bfull ?screen\b|\bautoplay\b|\bcurrent time\b",
    r"\bhumidity\b|\bfeels like\b|\buv index\b",
    r"\bwind\b.*\b(?:mph|km/h)\b|\b(?:high|low|hi|lo):? ?-?\d+ ?°",
    r"\bplaceholder\b|\b(?:headline|title|text) goes here\b",
    r"\binsert (?:headline|title|text)\b|\btbd\b",
    r"\bopinions expressed\b|\bno part of this\b",
    r"\bwithout (?:prior )?(?:written )?permission\b|\bmay not be reproduced\b",
    # words that news is written about too: all of them together count as one
    r"\b(?:sign|log) ?in\b|\blog ?out\b|\bsign up\b|\bpassword\b|\bprivacy policy\b|\bterms of service\b|"
    r"\bnewsletters?\b|\buntitled\b|\b(?:register|subscribe|submit|cancel|advertise|checkout|search|menu|settings|close|help|home)\b",
)
#: One of these words is in every text that a pattern of `_FURNITURE` matches; most headlines are spared the search.
_FURNITURE_WORDS = frozenset(
    """cookie cookies accept reject preferences choices settings partners consent continuing account password remember
    username inbox unsubscribe email mail privacy terms sitemap contact about advertise help faqs cart basket bag
    wishlist checkout subtotal qty shipping delivery stock share follow copy tweet print read load loading show click
    skip top return page results result sort filter found something please javascript required name remaining pause
    mute full fullscreen autoplay current humidity feels uv wind high low hi lo placeholder goes insert tbd opinions
    part permission reproduced sign signin log login logout newsletter newsletters untitled register subscribe submit
    cancel search menu close home""".split()
)
#: Where nothing of this is, no pattern of `_STRONG` but the one of dates can match.
_SPECIAL = re.compile(r"[^A-Za-z ,.'\u2018\u2019\u201c\u201d\"?!%-]|\.[A-Z]|\. ?[a-z]|  |--|[A-Za-z]{24}")
_MACHINE_WORDS = """SELECT TABLE import sudo npm pip git apt Traceback Exception INFO DEBUG lorem dolor consectetur
    eiusmod rights""".split()
_LETTERS = re.compile(r"[^\W\d_]+")
_MENU = re.compile(r"\s*(?:[|›»>·•/→▸]|\s-\s)\s*|\s{2,}|\t")
_MASHED = re.compile(r"[^aeiouyàâäáãåæéèêëíìîïóòôöõøúùûü'\u2019]{5,}|(.)\1{3,}", re.IGNORECASE)
_LINK = re.compile(r"https?://\S+")
_HANDLE = re.compile(r"[#@]\w+")


@cache
def _strong() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in (*_STRONG, _DATE)))


@cache
def _date() -> re.Pattern[str]:
    return re.compile(_DATE)


@cache
def _furniture() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in _FURNITURE)


def _is_menu(text: str) -> bool:
    """Four or more short entries side by side, none of which says anything."""
    entries = [entry for entry in _MENU.split(text.strip()) if entry]
    return len(entries) >= 4 and max(len(entry.split()) for entry in entries) <= 3


def _is_list_of_names(text: str) -> bool:
    """Five or more items between commas, each of one or two capitalised words, and nothing else."""
    items = [item.strip() for item in re.split(r"[,;]", text)]
    return len(items) >= 5 and all(
        1 <= len(item.split()) <= 2 and all(word[:1].isupper() for word in item.split()) for item in items
    )


def _is_table(text: str) -> bool:
    """At least ten entries, most of them numbers (with units) or codes of up to three characters."""
    entries = text.split()
    if len(entries) < 10:
        return False
    short = [e for e in entries if any(map(str.isdigit, e)) or (len(e) <= 3 and e.isupper())]
    return len(short) > 0.6 * len(entries)


def _is_mashing(words: list[str]) -> bool:
    """Most of the longer words have no vowel where any language would have one."""
    long = [word for word in words if len(word) >= 4 and not word.isupper()]
    odd = [word for word in long if _MASHED.search(word)]
    return bool(odd) and len(odd) * 2 > len(long) and len(odd) * 2 > len(words)


def is_no_headline(text: str) -> bool:
    """Whether a text is clearly something else: code, a menu, an address, a form, numbers, a lone name of a file."""
    prose = _LINK.sub(" ", text)
    words = _WORD.findall(prose)
    letters = sum(map(str.isalpha, prose))
    solid = len(text) - sum(map(str.isspace, text))
    if len(words) < 2 or letters < 0.35 * solid or not _WORD.search(_HANDLE.sub(" ", prose)):
        return True
    special = _SPECIAL.search(text) or any(word in text for word in _MACHINE_WORDS)
    if (_strong() if special else _date()).search(text):
        return True
    if _is_menu(text) or _is_list_of_names(text) or _is_table(text) or _is_mashing(words):
        return True
    if _FURNITURE_WORDS.isdisjoint(_LETTERS.findall(text.casefold())):
        return False
    found = [list(pattern.finditer(text)) for pattern in _furniture()]
    covered = sum(match.end() - match.start() for matches in found for match in matches)
    return sum(map(bool, found)) >= 2 or covered >= 0.7 * solid


@cache
def _language_library() -> "object":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def has_common_words(encoding: "Encoding") -> bool:
    """Whether at least three words, and most of those that tell, are among the most frequent of the vocabulary.

    An English vocabulary sorted by frequency breaks most words of other languages into pieces.
    """
    pieces: dict[int, list[int]] = {}
    for number, word in zip(encoding.ids, encoding.word_ids, strict=True):
        if word is not None:
            pieces.setdefault(word, []).append(number)
    telling = [numbers for numbers in pieces.values() if len(numbers) > 1 or numbers[0] >= _FIRST_WORD]
    common = sum(len(numbers) == 1 and numbers[0] < _LAST_COMMON_WORD for numbers in telling)
    return common >= 3 and common >= 0.6 * len(telling)


def is_english(text: str, encoding: "Encoding | None") -> bool:
    """Whether a text is in English; when in doubt, it is.

    A text in the Latin alphabet with two English function words is, and one of common English words, unless function
    words of another language are among them; of the others the language library decides. It is asked last because
    loading it takes longer than everything else.

    :param encoding: the text's tokens, where they are known.
    """
    words = _WORD.findall(text)
    latin = [word.casefold() for word in words if word[0] < "\u0250"]
    if sum(map(len, latin)) < 0.7 * sum(map(len, words)):
        return False
    if FOREIGN.isdisjoint(latin):
        if sum(word in ENGLISH for word in latin) >= 2:
            return True
        if encoding is not None and has_common_words(encoding):
            return True
    ranked: list[tuple[str, float]] = _language_library().rank(text)  # type: ignore[attr-defined]
    return dict(ranked)["en"] >= MIN_ENGLISH


def reason_to_abstain(text: str, encoding: "Encoding | None" = None) -> str | None:
    """Why a text cannot be scored as an English headline: a key of `labels.ABSTENTIONS`, or None when it can.

    :param encoding: the text's tokens; without them the language library is asked more often.
    """
    if not any(character.isprintable() and not character.isspace() for character in text):
        return "empty"
    if len(text) > MAX_CHARACTERS:
        return "too_long"
    if any(character.isalpha() for character in text) and not is_english(text, encoding):
        return "not_english"
    return "not_a_headline" if is_no_headline(text) else None
