"""An HTML page as text: headline first, then the paragraphs, each on a line of its own.

trafilatura finds the main text. What it drops although it stands as a paragraph in the page's <article> or <main> is
put back where it stood, and set aside there when its place on the page says that it is not of the article.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scorer.errors import InputError
from scorer.page import Page, Unit, arrange, settle_line
from scorer.text import readable

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: How an HTML text begins, after white space, comments and declarations.
_START: Final = re.compile(
    r"(?:\s|\ufeff|<!--.{0,2000}?-->|<\?xml[^>]{0,200}>)*+<(?:!doctype\s+html|html|head|body|title|meta|link|script|style|"
    r"article|main|section|header|nav|div|h[1-6]|p|table|span|ul|ol|blockquote|figure)\b[^<]*>?",
    re.IGNORECASE | re.DOTALL,
)
_PAYWALL: Final = re.compile(
    r"[\"']?isAccessibleForFree[\"']?\s*[:=]\s*[\"']?false|content=[\"']?locked[\"'\s>]|class=[\"'][^\"']{0,80}\bpaywall|"
    r"article:content_tier[\"']\s+content=[\"'](?:locked|metered)",
    re.IGNORECASE,
)
#: A page with fewer words that is marked as for subscribers shows only its beginning.
_PAYWALL_WORDS: Final = 100
_BLOCKS: Final = ("p", "li", "blockquote", "figcaption", "h2", "h3", "h4", "h5", "h6")
#: Places inside an article that are not of the article, by element, role, class and identifier.
_ASIDE: Final = {"aside": "aside", "nav": "navigation", "footer": "aside", "form": "newsletter", "figure": "caption"}
_NAMED: Final = (
    ("hidden", re.compile(r"\b(?:visually-?hidden|sr-only|screen-?reader(?:-text)?)\b")),
    (
        "related",
        re.compile(r"\b(?:related|recommend\w*|read-?more|more-?stories|teasers?|promos?|trending|most-?read)\b"),
    ),
    ("newsletter", re.compile(r"\b(?:newsletter|sign-?up|subscri\w+|subscribe)\b")),
    ("advert", re.compile(r"\b(?:ads?|adverts?|advertisement|sponsor\w*|outbrain|taboola)\b")),
    ("share", re.compile(r"\b(?:share|sharing|social)\b")),
    ("comments", re.compile(r"\b(?:comments?|disqus)\b")),
    ("navigation", re.compile(r"\b(?:breadcrumbs?|navigation|menu|pagination)\b")),
    ("byline", re.compile(r"\b(?:byline|author|author-?bio)\b")),
    ("cookies", re.compile(r"\b(?:cookies?|consent|gdpr)\b")),
    ("tags", re.compile(r"\b(?:tags|tag-?list|topics)\b")),
)
#: Stands for a <br> while a paragraph is split there, as trafilatura does; a private character.
_BREAK: Final = "\ue000"
#: A longer headline or title is none.
_LONGEST: Final = 400
#: Letters and digits from which on a text is not inside another by chance.
_TELLING: Final = 20
_HIDING: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_SITE: Final = re.compile(r"\s+[|–—»·:•-]\s+(?=[^|–—»·•]{2,40}$)")


@dataclass(frozen=True)
class _Block:
    """One line of the text to be, and what the markup says it is (None for text of the article)."""

    text: str
    kind: str | None = None


def looks_like_html(text: str) -> bool:
    """Whether a text begins as HTML does."""
    return _START.match(text, 0, 20_000) is not None


def read_html(markup: str, source: str, headline_apart: bool = False) -> Page:
    """Take an HTML page apart; `Page.text` is the extracted text.

    :param source: the page's name in messages.
    :param headline_apart: the page's own headline is kept as the first line of the text, as text aside.
    :raises InputError: there is no text, or only the beginning of one for subscribers.
    """
    tree = _parse(markup)
    if tree is None:
        raise InputError(f"{source}: the HTML has no text; save the page with its text, or paste the article.")
    headline = _headline(tree)
    lines = [_Block(line) for line in _main_text(tree) if _key(line) != _key(headline)]
    blocks = list(_with_dropped(lines, _article_blocks(tree, _key(headline), not lines)))
    count = sum(len(block.text.split()) for block in blocks if block.kind is None)
    if count < _PAYWALL_WORDS and _PAYWALL.search(markup):
        raise InputError(
            f"{source}: the page is for subscribers and shows only {count} words; paste the text from a browser."
        )
    if not count:
        raise InputError(f"{source}: the HTML has no article text; paste the article, or save the page from a browser.")
    return _page(headline, blocks, headline_apart)


def _parse(markup: str) -> "HtmlElement | None":
    from lxml.etree import ParserError, strip_elements
    from lxml.html import document_fromstring

    # an encoding named in the text is that of the bytes, which are decoded already; lxml takes no NUL and no surrogate
    markup = re.sub(r"\A\s*<\?xml[^>]*>", "", readable(markup).replace("\x00", ""))
    try:
        tree: HtmlElement = document_fromstring(markup)
    except (ParserError, ValueError):
        return None
    strip_elements(tree, "script", "style", "template", with_tail=False)
    return tree


def _clean(text: str) -> str:
    return " ".join(text.split())


def _key(text: str) -> str:
    """Letters and digits only, to find a text again whatever an extractor did to its blanks."""
    return "".join(filter(str.isalnum, text.casefold()))


def _content(tree: "HtmlElement", *names: str) -> str:
    """The content of the first <meta> whose property or name is one of `names`."""
    for name in names:
        for value in tree.xpath("//meta[@property=$name or @name=$name]/@content", name=name):
            if _clean(value):
                return _clean(value)
    return ""


def _headline(tree: "HtmlElement") -> str:
    """The <h1> that the page's title names, or that of the article, else the title without the site's name."""
    site = _content(tree, "og:site_name", "application-name")
    titles = [_content(tree, "og:title", "twitter:title"), _clean(" ".join(tree.xpath("//head//title[1]//text()")))]
    title = next((_without_site(found, site) for found in titles if 0 < len(found) <= _LONGEST), "")
    heads = [(_clean(head.text_content()), head) for head in tree.iter("h1")]
    heads = [(text, head) for text, head in heads if text and _key(text) != _key(site)]
    if not heads:
        return title
    wanted = set(title.casefold().split())

    def fit(item: "tuple[str, HtmlElement]") -> tuple[int, bool]:
        inside = any(above.tag in ("article", "main") for above in item[1].iterancestors())
        return len(wanted & set(item[0].casefold().split())), inside

    best, _ = max(heads, key=fit)
    return _without_site(best, site) if len(best) <= _LONGEST else title


def _without_site(title: str, site: str) -> str:
    """A title without ` | Example News` at its end."""
    parts = _SITE.split(title)
    if len(parts) < 2:
        return title
    last = parts[-1]
    known = bool(site) and (_key(site) in _key(last) or _key(last) in _key(site))
    bar = title[: -len(last)].rstrip().endswith("|")
    named = len(last.split()) <= 4 and all(word[:1].isupper() or len(word) <= 3 for word in last.split())
    if not known and not (
        named and (bar or re.search(r"\b(?:News|Times|Post|Gazette|Herald|Daily)\b|\.\w{2,3}$", last))
    ):
        return title
    shorter = title[: -len(last)].rstrip(" |–—»·:•-")
    return _without_site(shorter, site) if shorter else title


def _main_text(tree: "HtmlElement") -> list[str]:
    """The lines trafilatura takes for the main text; none when it finds nothing."""
    from trafilatura import extract

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # its warnings are our sentences

    found = extract(deepcopy(tree), include_comments=False, include_tables=True, favor_recall=True)
    lines = (_clean(line) for line in (found or "").splitlines())
    return [line.removeprefix("- ") for line in lines if _key(line)]


def _article_blocks(tree: "HtmlElement", headline: str, bare: bool) -> Iterator[_Block]:
    """The paragraphs inside the outermost <article> and <main> elements, in order.

    :param bare: nothing else was found on the page, so without such elements all its paragraphs are meant.
    """
    roots = tree.xpath(
        "//*[(self::article or self::main or @role='main')"
        " and not(ancestor::article or ancestor::main or ancestor::*[@role='main'])]"
    )
    if len(roots) > 1 and any(root.tag == "article" and root.xpath(".//h1") for root in roots):
        roots = [root for root in roots if root.xpath(".//h1")]  # the others are teasers of other articles
    if not roots and bare:
        roots = tree.xpath("//body")
    for broken in tree.iter("br"):
        broken.tail = _BREAK + (broken.tail or "")
    for root in roots:
        seen: dict[HtmlElement, str | None] = {}
        most = 0.5 * len(root.text_content())
        for block in root.iter(*_BLOCKS):
            if next(block.iterdescendants(*_BLOCKS), None) is not None:
                continue
            kind = _place(block, root, seen, most)
            for piece in map(_clean, block.text_content().split(_BREAK)):
                if _key(piece) and _key(piece) != headline:
                    yield _Block(piece, kind)


def _place(block: "HtmlElement", root: "HtmlElement", seen: "dict[HtmlElement, str | None]", most: float) -> str | None:
    """What the elements around a block say it is; None for text of the article.

    :param seen: what was found out about elements of this root. most: see `_element_kind`.
    """
    for element in (block, *block.iterancestors()):
        if element is root:
            break
        if element not in seen:
            seen[element] = _element_kind(element, most)
        if seen[element]:
            return seen[element]
    whole = len(_clean(block.text_content()))
    linked = sum(len(_clean(link.text_content())) for link in block.iter("a"))
    return "related" if linked > 0.8 * whole else None


def _element_kind(element: "HtmlElement", most: float) -> str | None:
    """What an element's tag, style and names say of what is in it.

    :param most: names on a box around more characters than this say nothing, as it holds most of the article.
    """
    style = element.get("style") or ""
    if element.get("hidden") is not None or element.get("aria-hidden") == "true" or _HIDING.search(style):
        return "hidden"
    if element.tag in _ASIDE:
        return _ASIDE[element.tag]
    names = re.sub(r"_+", "-", f"{element.get('class') or ''} {element.get('id') or ''}".lower())
    kind = next((kind for kind, pattern in _NAMED if pattern.search(names)), None)
    if kind and len(element.text_content()) > most:
        return None
    return kind


def _with_dropped(lines: list[_Block], blocks: Iterable[_Block]) -> Iterator[_Block]:
    """The extracted lines, and between them the blocks of the article that are not among them."""
    keys = [_key(line.text) for line in lines]
    places: dict[str, int] = {}
    for place, key in enumerate(keys):
        places.setdefault(key, place)
    dropped: dict[int, list[_Block]] = {}
    last: int = -1
    for block in blocks:
        key = _key(block.text)
        near = range(max(0, last), min(len(keys), last + 4))
        place = places.get(key, -1)
        if place < 0:
            place = next((i for i in near if len(key) >= _TELLING and key in keys[i]), -1)
        if place < 0:
            dropped.setdefault(last, []).append(block)
        else:
            last = max(last, place)
            if block.kind == "caption" and keys[place] == key:
                lines[place] = block
    yield from dropped.get(-1, ())
    for place, line in enumerate(lines):
        yield line
        yield from dropped.get(place, ())


def _page(headline: str, blocks: Iterable[_Block], headline_apart: bool) -> Page:
    """Lay the blocks out as a text, white lines between them, and take it apart."""
    pieces = [_Block(headline, "repeat" if headline_apart else "headline")] if headline else []
    text, units = "", []
    parts: list[str] = []
    position = 0
    for block in (*pieces, *blocks):
        unit = Unit(position, position + len(block.text), "", True)
        parts.append(block.text)
        position += len(block.text) + 2
        units.append(unit)
    text = "\n\n".join(parts)
    for unit, block in zip(units, (*pieces, *blocks), strict=True):
        settle_line(text, unit)
        unit.kind = block.kind or unit.kind
    return arrange(text, units, headline_apart)
