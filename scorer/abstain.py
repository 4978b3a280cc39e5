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

#: Patterns each of which alone shows that a text is machine matter or page furniture, beside strings of which every
#: text they match holds one: looking for those first spares most headlines most of the searches. Without such strings
#: a pattern is always looked for.
_STRONG = (
    (("<",), r"</?[a-z][\w-]*(?:\s[^<>]*)?/?>|<!--"),  # markup
    (  # code
        ("{", "}", "[", ";", "=", "&&", "||", "::", "->"),
        r"[{}]\s*$|^\s*[{\[]\s*[\"'{\[]|;\s*$|\}\s*[;,)]|=>|===?|!=|&&|\|\||::|\+=|\w->\w",
    ),
    (
        ("(", "=", "{", ";"),
        r"^\s*(?:def|function|class|public|private|static|const|let|var|void|elif)\s+[\w.<>\[\]]+(?:\s+\w+)?\s*[(={;]",
    ),
    (("SELECT",), r"\bSELECT\b.+\bFROM\b.+(?:\bWHERE\b|;)|\bSELECT \*"),
    (
        ("INSERT", "UPDATE", "TABLE"),
        r"\bINSERT INTO \w+ ?\(|\bUPDATE \w+ SET \w+ ?=|\b(?:CREATE|DROP) TABLE\b",
    ),
    (("import", "$"), r"^\s*from [\w.]+ import |^\s*import [\w.]+(?: as \w+\s*$|;)|^\s*\$ \w"),
    (
        ("sudo", "npm", "pip", "git", "apt"),
        r"^\s*(?:sudo|npm|pip3?|git|apt(?:-get)?) (?:install|run|clone|push|pull|commit|checkout|apt)\b",
    ),
    (("(", "{"), r"\w+\.\w+\([^)]*\)|\w+\(\)|[\w-]+\s*\{[^}]*:[^}]*\}"),
    (
        ("at ", "Traceback", "File ", "Exception"),
        r"^\s*at [\w$.]+\(|\bTraceback\b|\bFile \".+\", line \d|Exception in thread",
    ),
    (("Error:", "Exception:"), r"\b[A-Z][a-z]\w*(?:Error|Exception):"),
    (
        ("-", "[", "INFO", "DEBUG"),
        r"^\s*[\[(]?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\[(?:INFO|WARN|WARNING|ERROR|DEBUG)\]|^\s*(?:INFO|DEBUG)\b[ :]",
    ),
    (("http", "www."), r"^\s*(?:https?://|www\.)\S+\s*$"),  # locators
    (("@",), r"^\s*+(?:[\w.+-]++@[\w.-]++(?:[;,\s]++|$))++$"),
    (("/", "\\"), r"^\s*(?:[A-Za-z]:\\|~?/)[\w.\\/ ()-]+$"),
    ((".",), r"^\s*[\w.() -]+\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|docx?|xlsx?|zip|csv)\s*$"),
    (
        (*"0123456789",),
        r"\b(?=\w*\d)(?=\w*[A-Z])(?=\w*[a-z])\w{28,}={0,2}",
    ),
    ((), r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-|\b[0-9a-f]{24,}\b"),
    (
        ("lorem", "dolor", "consectetur", "eiusmod"),
        r"\b(?:lorem ipsum|dolor sit amet|consectetur adipiscing|sed do eiusmod)\b",
    ),
    (
        ("©", "(c)", "copyright", "rights"),
        r"(?:©|\(c\)|copyright)\s*(?:©\s*)?\d{4}|\ball rights reserved\b",
    ),
    (("](", "["), r"\]\(\S*\)|^\s*[-*] \[[ x]\]"),  # Markdown
    ((": ",), r"(?:\b\w+: [^,;:]+[,;] ?){2,}\w+: "),  # YAML
    ((":",), r"^\s*(?i:ingredients)\s*:"),
    (("|", "--", ":-"), r"(?:[^|]*\|){4,}|^\s*\|.*\|\s*$|^\s*:?-{3,}"),  # tables
    (
        (*"0123456789/.½¼¾",),
        r"(?:\b\d*[/.½¼¾\d]\s?(?:g|kg|ml|tbsp|tsp|cups?|oz|cloves?)\b.*){3}",
    ),
    (
        (", ",),
        r"^\s*\d+[a-z]?,? (?:[A-Z][\w'.]+ ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Blvd)\b\.?, [A-Z]",
    ),
    ((",",), r"\b(?:P\.?O\.? Box|Suite|Unit) \d+,.*\d|,\s*[A-Z]{2}\s+\d{5}(?:-\d{4})?\b"),
    ((*"0123456789",), r"\b[A-Z]{1,2}\d{1,2}[A-Z]? \d(?![AP]M)[A-Z]{2}(?=\s*$|,)"),
    ((":", "."), r"\b(?i:tel|phone|fax|mobile|e-?mail)\s*[:.]\s*(?:\+?[\d() -]{6,}|\S+@)"),
    (
        ("4", "5"),
        r"(?i:^\s*(?:error\s+)?[45]\d\d\b\W*(?:page |file )?(?:not found|forbidden|bad gateway|internal server error))",
    ),
    (("ISO", "f/", "EXIF"), r"^\s*(?:ISO|f/\d|EXIF)\b.*(?:f/\d|\d+mm|1/\d+)|\bf/\d\.?\d*\b.*\b(?:ISO|\d+ ?mm)\b"),
)

#: So does a date and nothing else.
_DATE = (
    r"(?i:^\s*(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|\W|\d++(?:st|nd|rd|th)?|[ap]m|gmt|utc|"
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?|updated|published|posted|last|on|at)+$)"
)

#: Page furniture whatever the capitals, beside words of which every text it is in holds one; two different ones are
#: enough, or what covers nearly the whole text.
_FURNITURE = (
    ("cookie cookies", r"\bwe use cookies\b|\baccept (?:all )?cookies\b|\bcookie (?:policy|settings|preferences)\b"),
    (
        "accept reject preferences choices settings",
        r"\baccept all\b(?! cookies)|\breject all\b|\bmanage (?:preferences|choices|settings)\b",
    ),
    ("partners consent continuing", r"\bour partners\b|\byour consent\b|\bby continuing\b"),
    ("account", r"\bcreate (?:an )?account\b|\bmy account\b"),
    ("password remember username", r"\bforgot(?:ten)? (?:your )?password\b|\bremember me\b|\busername\b"),
    ("inbox unsubscribe", r"\bstraight to your inbox\b|\bunsubscribe\b"),
    ("email mail", r"\b(?:enter )?your e-?mail\b|\be-?mail address\b"),
    ("privacy terms sitemap", r"\bprivacy notice\b|\bterms (?:of use|(?:and|&) conditions)\b|\bsitemap\b"),
    (
        "contact about advertise help faqs",
        r"\bcontact us\b|\babout us\b|\badvertise with us\b|\bhelp cent(?:re|er)\b|\bfaqs\b",
    ),
    ("cart basket bag wishlist", r"\badd to (?:cart|basket|bag|wishlist)\b|\byour (?:cart|basket|bag)\b"),
    ("checkout subtotal qty", r"\bproceed to checkout\b|\bsubtotal\b|\bqty\b"),
    ("shipping delivery stock", r"\bfree (?:shipping|delivery)\b|\bdelivery free\b|\bin stock\b"),
    ("share follow", r"\bshare (?:this|on|via)\b|\bfollow us\b"),
    (
        "copy share print",
        r"\bcopy link\b|\btweet\b.*\bshare\b|\bshare\b.*\btweet\b|\bprint\b.*\be-?mail\b|\be-?mail\b.*\bprint\b",
    ),
    ("more less", r"\bread more\b|\bload(?:ing)? more\b|\bshow (?:more|less)\b"),
    (
        "here skip top return",
        r"\bclick here\b|\bskip to (?:main )?content\b|\bback to top\b|\breturn to (?:the )?home ?page\b",
    ),
    ("page results result sort filter", r"\bpage \d+ of \d+\b|\bresults? per page\b|\bsort by\b|\bfilter by\b"),
    (
        "found page something",
        r"\b(?:page|file) (?:was )?not found\b|\bpage you (?:requested|were looking for)\b|\bsomething went wrong\b",
    ),
    ("please javascript", r"\bplease (?:try again|enable|wait|enter|select)\b|\bjavascript\b.*\bbrowser\b"),
    ("required name remaining", r"\brequired fields?\b|\bfirst name\b|\blast name\b|\bcharacters remaining\b"),
    ("play", r"\bplay\b.*\b(?:pause|mute)\b"),
    ("full fullscreen autoplay current", r"\bfull ?screen\b|\bautoplay\b|\bcurrent time\b"),
    ("humidity feels uv", r"\bhumidity\b|\bfeels like\b|\buv index\b"),
    ("mph h wind high low hi lo", r"\bwind\b.*\b(?:mph|km/h)\b|\b(?:high|low|hi|lo):? ?-?\d+ ?°"),
    ("placeholder goes", r"\bplaceholder\b|\b(?:headline|title|text) goes here\b"),
    ("insert tbd", r"\binsert (?:headline|title|text)\b|\btbd\b"),
    ("opinions part", r"\bopinions expressed\b|\bno part of this\b"),
    ("permission reproduced", r"\bwithout (?:prior )?(?:written )?permission\b|\bmay not be reproduced\b"),
    # words that news is written about too: all of them together count as one
    (
        "sign signin log login logout password privacy terms newsletter newsletters untitled register subscribe submit "
        "cancel advertise checkout search menu settings close help home",
        r"\b(?:sign|log) ?in\b|\blog ?out\b|\bsign up\b|\bpassword\b|\bprivacy policy\b|\bterms of service\b|"
        r"\bnewsletters?\b|\buntitled\b|\b(?:register|subscribe|submit|cancel|advertise|checkout|search|menu|settings|close|help|home)\b",
    ),
)
_LETTERS = re.compile(r"[^\W\d_]+")
_MENU_SIGN = re.compile(r"[|›»>·•/→▸]|\s[-\s]|\t")
_MENU = re.compile(r"\s*(?:[|›»>·•/→▸]|\s-\s)\s*|\s{2,}|\t")
_VOWELS = "aeiouyàâäáãåæéèêëíìîïóòôöõøúùûü"
_MASHED = re.compile(rf"[^\W\d_{_VOWELS}{_VOWELS.upper()}]{{5}}|(?i:([^\W\d_])\1{{3}})")
_LINK = re.compile(r"https?://\S+")
_HANDLE = re.compile(r"[#@]\w+")


@cache
def _strong() -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
    return tuple((strings, re.compile(pattern)) for strings, pattern in (*_STRONG, ((), _DATE)))


@cache
def _furniture() -> dict[str, list[re.Pattern[str]]]:
    """The patterns that may match a text with a word, by the word."""
    by_word: dict[str, list[re.Pattern[str]]] = {}
    for words, pattern in _FURNITURE:
        compiled = re.compile(pattern, re.IGNORECASE)
        for word in words.split():
            by_word.setdefault(word, []).append(compiled)
    return by_word


def _is_machine_matter(text: str) -> bool:
    for strings, pattern in _strong():
        for string in strings or ("",):
            if string in text:
                if pattern.search(text):
                    return True
                break
    return False


def _is_furniture(text: str, solid: int) -> bool:
    by_word = _furniture()
    patterns = {pattern for word in _LETTERS.findall(text.casefold()) for pattern in by_word.get(word, ())}
    found = [list(pattern.finditer(text)) for pattern in patterns]
    covered = sum(match.end() - match.start() for matches in found for match in matches)
    return sum(map(bool, found)) >= 2 or covered >= 0.7 * solid


def _is_menu(text: str) -> bool:
    """Four or more short entries side by side, none of which says anything."""
    if not _MENU_SIGN.search(text):
        return False
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
    prose = _LINK.sub(" ", text) if "://" in text else text
    words = _WORD.findall(prose)
    letters = sum(map(str.isalpha, prose))
    solid = len(text) - sum(map(str.isspace, text))
    if (
        len(words) < 2
        or letters < 0.35 * solid
        or (("#" in prose or "@" in prose) and not _WORD.search(_HANDLE.sub(" ", prose)))
    ):
        return True
    if _is_machine_matter(text) or _is_menu(text) or _is_list_of_names(text) or _is_table(text):
        return True
    return bool(_MASHED.search(text) and _is_mashing(words)) or _is_furniture(text, solid)


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
