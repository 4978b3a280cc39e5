"""Quotation marks in a text, told from apostrophes, inches and seconds by what stands around them."""

import re
from dataclasses import dataclass

#: Marks side by side share what stands left and right of them.
_RUN = re.compile(r"""["“”„‟«»＂'‘’‚‹›`]+""")
#: Two single marks may stand for a double one (``so'', ‘‘so’’), but a closing pair only when such a one is open.
_DOUBLED = re.compile(r"``|''|‘‘|‘’|’’|.")
_ONE_BY_ONE = re.compile(r".")
_SINGLE = frozenset("'‘’‚‹›`")
_FORWARD = frozenset(["``", "‘‘", *"“„‟«"])
_BACKWARD = frozenset(["’’", *"”»"])
_OPENS_AFTER = frozenset("([{–—-/=|")
_CLOSES_BEFORE = frozenset(".,;:!?…)]}–—-/|%")
_NEVER_OPENED = frozenset(",;:!?)]}")

#: Apostrophes for left-out letters at the start of a word: 'tis, '90s, rock 'n' roll.
_ELISION = re.compile(
    r"['‘’](?:\d\ds?\b|(?i:n['’]?(?!\w)|(?:tis|twas|twere|twill|til|till|em|cos|cuz|bout|kay|gainst)\b))"
)
#: Words an apostrophe may follow: plurals and names in s, x or z, years, a left-out g (goin').
_POSSESSIVE = re.compile(r"(?:[sxzSXZ0-9]|\b[Oo]l|\bth|\b[Aa]n|\b[Oo]|in)$")


@dataclass(frozen=True)
class Mark:
    """A quotation mark and what it may do, judged by its neighbours.

    :param left: the character before it and the marks beside it; empty at the start of the paragraph.
    :param opens: may open a quotation; `closes` likewise; when both or neither hold, the neighbours say nothing.
    :param elided: stands for left-out letters ('tis, '90s), unless it proves to open a quotation.
    """

    start: int
    end: int
    text: str
    left: str
    opens: bool
    closes: bool
    elided: bool = False

    @property
    def single(self) -> bool:
        """A single mark, which may be an apostrophe."""
        return self.text in _SINGLE

    @property
    def doubled(self) -> bool:
        """Two single marks that stand for a double one."""
        return len(self.text) == 2

    @property
    def measure(self) -> bool:
        """May be inches or seconds."""
        return self.left.isdigit()

    def is_closing(self, is_open: bool) -> bool:
        """Whether a double mark closes, given whether a quotation is open: „…“, “…”, ”…”, «…» and »…« all occur."""
        only_opens, only_closes = self.opens and not self.closes, self.closes and not self.opens
        if self.text in _FORWARD:
            return is_open and only_closes and self.text != "„"
        if self.text in _BACKWARD:
            return is_open or not only_opens
        return only_closes or (is_open and not only_opens)

    def may_open_single(self) -> bool:
        """Whether a single mark may open a quotation."""
        if self.text == "‘":
            return self.opens or not self.closes
        return self.text in {"'", "‚", "‹", "`"} and (self.opens or (not self.closes and self.left in {":", ","}))

    def may_close_single(self) -> bool:
        """Whether a single mark may close a quotation; it may still be an apostrophe."""
        if self.text == "’":
            return not self.opens
        return self.text in {"'", "‘", "›"} and (self.closes or self.left in {".", ",", "!", "?", "…"})


def find_marks(text: str, start: int, end: int) -> list[Mark]:
    """All marks of a paragraph but the apostrophes inside words."""
    marks = []
    left_out = start
    doubled = False
    for run in _RUN.finditer(text, start, end):
        left, right = text[max(run.start() - 1, start) : run.start()], text[run.end() : min(run.end() + 1, end)]
        opens = (not left.strip() or left in _OPENS_AFTER) and bool(right.strip()) and right not in _NEVER_OPENED
        closes = (not right.strip() or right in _CLOSES_BEFORE) and bool(left.strip())
        tokens = _DOUBLED if opens or doubled else _ONE_BY_ONE
        for match in tokens.finditer(run.group()):
            at, sign = run.start() + match.start(), match.group()
            doubled = doubled or len(sign) == 2
            if sign in _SINGLE and (at < left_out or (left.isalnum() and right.isalnum())):
                continue
            elision = _ELISION.match(text, at, end) if opens else None
            left_out = elision.end() if elision else left_out
            marks.append(Mark(at, at + len(sign), sign, left, opens, closes, elided=elision is not None))
    return marks


def may_be_apostrophe(text: str, mark: Mark, end: int) -> bool:
    """Whether a closing mark may end a plural or a clipped word instead: `boys' game`, `goin' home`."""
    following = text[mark.end : min(mark.end + 2, end)]
    return following[:1].isspace() and following[1:].isalnum() and ends_like_plural(text, mark)


def ends_like_plural(text: str, mark: Mark) -> bool:
    """Whether the word before a mark is one an apostrophe may follow."""
    return _POSSESSIVE.search(text, max(0, mark.start - 4), mark.start) is not None
