"""What a line of a pasted page is by itself: a teaser, an advert, a share bar, a byline … or, when in doubt, none.

A line that is wrongly set aside is a line of the article lost, so every rule asks for the shape of the whole line.
"""

import re
from functools import lru_cache
from typing import Final

from scorer import furniture

#: Longer lines are text of the article, whatever they say.
MAX_LINE: Final = 700
_LONG_SENTENCE: Final = 12  # words; a sentence that is longer is furniture only by the rules in `_LONG`
#: Kinds that are written as whole sentences too.
_LONG = frozenset("newsletter cookies copyright credit byline appeal comments media".split())

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0f\ufeff]")
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u2011": "-", "：": ":", "｜": "|"})
_GAP = re.compile(r"\t|\s{3}")
_PART = re.compile(r"\s*[|•·▪‧∙●]\s*|\t+|\s{3,}")
_CRUMB = re.compile(r"\s*[>›»/|→•·]\s*")
_LEAD = re.compile(r"(?:[^\w\"'@(©]|\((?!c\)))+", re.IGNORECASE)
_TRAIL = " \t]*_|>»›→►▶▼▾=~-–—:.…"
_END = re.compile(r"[.!?…][\"')\]»]*$")
_INNER_END = re.compile(r"[.!?][\"')]* (?=[\"'(]?[A-Z])")
_ABBREVIATED = re.compile(r"(?:\b[A-Z]|\b(?:Inc|Ltd|Co|Jr|Sr|St|No|vs|etc|[ap]\.m))\.$")
_TURN = re.compile(r"[QA]\s?[:.]\s")
_WORDS = re.compile(r"[\w'’-]+")
_NAME = re.compile(r"[A-Z][\w.'-]*|de|van|von|and|&")
_ATTRIBUTED = re.compile(r"\b(?:said|says|told|tells|according to|added|warned|claimed)\b", re.IGNORECASE)

_SHARE_CORE = frozenset(
    """share save tweet facebook twitter x whatsapp linkedin reddit pinterest telegram messenger instagram tiktok
    youtube threads bluesky mastodon flipboard sms email e-mail print bookmark copy follow pin snapchat""".split()
)
_SHARE_WORDS = _SHARE_CORE | frozenset(
    """mail link copied url it post like comment comments gift rss news google via on to by with this the article
    story page icon close button options open a friend at full send opens in new blogthis window tab""".split()
)
_BY = re.compile(
    r"(?:(?:written|words|story|posted|published|interview|report|analysis|review|translated) )?by:? +(?=\S)",
    re.IGNORECASE,
)
_NAME_PARTS = frozenset("and in for of the de la le van von der den du di da bin al ap at on special to with &".split())
_NO_NAME = frozenset(
    """the a an this that his her their our my your its how why what when where who all some no not monday tuesday
    wednesday thursday friday saturday sunday january february march april may june july august september october
    november december christmas easter night day dawn any one two land sea air far now then law default""".split()
)
#: Menu words that could be a sub-heading in the middle of an article.
_WEAK = frozenset(
    """about contact privacy terms careers help complaints corrections search home homepage accessibility navigation
    menu advertise""".split()
)


def tidy(line: str) -> str:
    """A copy for matching: straight quotes, single blanks, nothing invisible."""
    return " ".join(_INVISIBLE.sub("", line).translate(_STRAIGHT).split())


def words(line: str) -> list[str]:
    """The words of a line, in order."""
    return _WORDS.findall(line)


def is_sentence(line: str) -> bool:
    """Whether a tidy line ends as a sentence of prose does; a question or an exclamation may be a headline."""
    end = _END.search(line)
    return bool(end and end[0][0] == "." and not line.endswith(("..", "...")) and not _ABBREVIATED.search(line))


def is_prose(line: str) -> bool:
    """Whether a tidy line reads like a paragraph, not like a headline, a teaser's title or a sub-heading."""
    if len(line) > 250 or (is_sentence(line) and len(line.split()) >= 4):
        return True
    count = len(line.split())
    return count > 35 or (count >= 14 and bool(_INNER_END.search(line)) and bool(_END.search(line)))


def has_gap(line: str) -> bool:
    """Whether a raw line has columns: a tabulator or three blanks inside."""
    return bool(_GAP.search(line.strip()))


def _core(line: str) -> str:
    """A tidy line without bullets, arrows, brackets and colons around it."""
    lead = _LEAD.match(line)
    core = line[lead.end() if lead else 0 :].rstrip(_TRAIL)
    return core.removesuffix(")") if core.count(")") > core.count("(") else core


def _is_share_bar(line: str) -> bool:
    """Nothing but names of networks and words like `share`, one of them first or last."""
    found = [word.lower() for word in words(line)]
    return bool(found) and not _SHARE_CORE.isdisjoint((found[0], found[-1])) and _SHARE_WORDS.issuperset(found)


def _fits_byline(name: str) -> bool:
    """Whether a word may stand in a byline after the first name."""
    bare = name.strip(",")
    if name[:1].isupper() or not name[:1].isalpha() or bare.lower() in _NAME_PARTS:
        return True
    return bool(furniture.ROLES.search(bare) or furniture.DATE_TOKEN.fullmatch(bare))


def _is_byline(line: str) -> bool:
    """`By` and a name, with roles, places, further names and dates after it, and nothing else."""
    by = _BY.match(line)
    names = line[by.end() :].split() if by else []
    if not 1 <= len(names) <= 15:
        return False
    first = names[0].strip(",.|")
    return first[:1].isupper() and first.lower() not in _NO_NAME and all(map(_fits_byline, names))


def is_name(line: str) -> bool:
    """Whether a line near the top is a bare name, perhaps with a role: `Ada Quill`, `Ada Quill Political editor`."""
    found = line.replace(",", " ").split()
    if not 1 <= len(found) <= 9 or not found[0][:1].isupper():
        return False
    if furniture.ROLES.search(line):
        return (len(found) <= 3 or found[1][:1].isupper()) and not _END.search(line)
    named = 2 <= len(found) <= 4 and all(map(_NAME.fullmatch, found)) and not line.isupper()
    return named and _NO_NAME.isdisjoint(name.lower() for name in found)


def is_section(line: str) -> bool:
    """Whether a line is the name of a section or a label such as `EXCLUSIVE`."""
    return line.strip(" :").lower() in furniture.SECTIONS


def _is_date(line: str) -> bool:
    tokens = [token for token in re.split(r"[\s,()|–—•·]+|(?<=\w):(?=\s|$)|\s-\s", line) if token]
    return 1 <= len(tokens) <= 16 and all(map(furniture.DATE_TOKEN.fullmatch, tokens))


def _stamp_kind(core: str) -> str | None:
    """`published` (a date that says so), `date`, `clock`, or None for a line that is no date or time."""
    if len(core) > 120 or not _is_date(core):
        return None
    if furniture.PUBLISHED.match(core):
        return "published"
    if furniture.CLOCK.fullmatch(core) and any(character in core for character in ":.hmM"):
        return "clock"
    return "date" if furniture.DATE_CORE.search(core) else None


def _is_crumbs(line: str) -> bool:
    """`Home > News > Harbour`: short entries, most of them sections, or a path from the home page."""
    parts = [part for part in _CRUMB.split(line) if part]
    if len(parts) < 2 or max(len(part.split()) for part in parts) > 4:
        return False
    known = sum(is_section(part) or bool(furniture.NAVIGATION.fullmatch(part)) for part in parts)
    return parts[0].lower() in ("home", "homepage") or 2 * known > len(parts)


def _ruled_kind(line: str, core: str) -> str | None:
    """The first of the ruled shapes that fits; long sentences and attributed ones are spared."""
    sentence = is_sentence(line)
    long = sentence and len(line.split()) > _LONG_SENTENCE
    attributed = sentence and bool(_ATTRIBUTED.search(line))
    for kind, shape in furniture.RULES.items():
        if sentence and kind == "advert" and len(line.split()) > 6:
            continue  # "Sponsored by a dairy, the study had found no harm."
        if (long and kind not in _LONG) or (attributed and kind not in ("credit", "copyright")):
            continue
        if shape.fullmatch(core) or (kind in ("copyright", "tags", "dateline") and shape.fullmatch(line)):
            return kind
    return None


def _teaser_kind(line: str, core: str) -> str | None:
    """`teaser` for a label such as `READ MORE:` with a title; `loose_teaser` where the label is an everyday word."""
    count = len(line.split())
    if furniture.TEASER.fullmatch(core):
        return "teaser" if count <= 40 else None
    if not furniture.LOOSE_TEASER.fullmatch(core):
        return None
    shouted = core.partition(":")[0].strip().isupper()
    if is_sentence(line) and (not shouted or _ATTRIBUTED.search(line)):
        return None  # "More: the council has yet to say who pays."
    return "loose_teaser" if count <= 25 else None


def _block_kind(core: str) -> str | None:
    """What opens a block or waits for its neighbours."""
    if furniture.COMMENT_OPENER.fullmatch(core):
        return "comment_count" if furniture.COMMENT_COUNT.fullmatch(core) else "comment_opener"
    if _is_share_bar(core):
        return "share"
    if furniture.OPENER.fullmatch(core):
        return "teaser_single" if furniture.SINGLE.match(core) else "teaser_list"
    if furniture.TAG_OPENER.fullmatch(core):
        return "tag_opener"
    if furniture.NAVIGATION.fullmatch(core):
        return "weak" if core.lower() in _WEAK else "navigation"
    return None


@lru_cache(maxsize=20_000)
def line_kind(line: str) -> str | None:
    """What a tidy line is by its own shape; None for text of the article.

    Some answers wait for the lines around them, see `page`: `teaser_single`, `teaser_list`, `tag_opener` and
    `comment_opener` open a block, `comment_count` may, `loose_teaser` may be the headline, `date`, `clock` and
    `published` are datelines or the stamps of a live page, `weak` is navigation only at the edges of a page.
    """
    if len(line) > MAX_LINE:
        return None
    core = _core(line)
    if not any(map(str.isalnum, core)):
        return "separator"
    if line[0] in "\"'" or _TURN.match(line):
        return None
    stamp = None if is_sentence(line) else _stamp_kind(core)  # "On 1 May."
    found = stamp or _block_kind(core) or _ruled_kind(line, core) or _teaser_kind(line, core)
    if found is None and _is_byline(core):
        return "byline"
    return "navigation" if found is None and _is_crumbs(line) else found


def raw_kind(raw: str) -> str | None:
    """As `line_kind`, for a raw line that may hold several entries side by side (`By Ada Quill | 3 min read`)."""
    if len(raw) > MAX_LINE:
        return None
    kind = line_kind(tidy(raw))
    if kind is not None:
        return kind
    parts = [part for part in map(tidy, _PART.split(raw.strip())) if part]
    kinds = [_entry_kind(part) for part in parts] if len(parts) > 1 else [None]
    return None if None in kinds else kinds[0]


def _entry_kind(part: str) -> str | None:
    return line_kind(part) or ("kicker" if is_section(part) else "byline" if is_name(part) else None)


def is_comment_form(line: str) -> bool:
    """Whether a tidy line belongs to a comment form or the links under it."""
    return bool(furniture.COMMENT_FORM.fullmatch(_core(line)))


def is_comment_mark(line: str) -> bool:
    """Whether a tidy line shows that a reader's comment stands here: `Ada says:`, `Reply`, `2 days ago`."""
    return bool(furniture.COMMENT_MARK.fullmatch(_core(line)))
