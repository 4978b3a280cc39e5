"""Words and loaded phrases with offsets into exactly the text that was passed in."""

import re
from collections.abc import Callable, Sequence

from scorer.results import Phrase

#: A word goes from a letter or digit to the last before the next white space or dash between clauses.
_WORD = re.compile(r"[^\W_](?:[^\s\u2013\u2014\u2026|]*[^\W_])?")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
#: Words that names of outlets are made of, and names without any of them.
OUTLET_WORD = re.compile(
    r"\b(?:News|Times|Post|Herald|Gazette|Daily|Chronicle|Tribune|Telegraph|Journal|Observer|Mail|Mirror|Express|"
    r"Independent|Standard|Echo|Courier|Mercury|Argus|Examiner|Online|Weekly|Review|Press|Advertiser|Bulletin|Today|"
    r"Guardian|Reuters|Bloomberg|Politico|HuffPost|Breitbart|Newsweek|BBC|CNN|NPR|CBS|ABC|NBC|MSNBC|ITV|Axios|"
    r"Al Jazeera|\w+\.(?:com|org|net|co\.uk))\b"
)
#: A bar or dash and a name behind it, at the end of a headline.
_SUFFIX = re.compile(r"\s+(?P<sign>[|–—-])\s+(?P<name>[^\s|–—][^|–—]{1,40})\s*$")
_JOINING = frozenset("of the and for on in & at".split())
#: Words long enough to have one meaning only when mistyped, and no longer than words are; capitals may begin names.
_LONG = re.compile(r"\b[a-z]{7,24}\b")
#: Right words that a vocabulary may lack, though two letters away from one that it has.
_NO_SLIPS = frozenset(
    """carters causally closets cravings crooner dairies framers gilding minuets overdoes regraded regrading retried
    reveres signers timbres titling""".split()
)


def end_of_wording(text: str) -> int:
    """Where a headline ends, without the name of its outlet behind a bar or a dash: that is no wording of its own.

    What stands before must be three words at least; the name must be capitalised and, but for one or two words behind
    a bar, hold a word that outlets are called by.
    """
    found = _SUFFIX.search(text[-60:])
    if not found:
        return len(text)
    start = max(0, len(text) - 60) + found.start()
    name = found["name"].split()
    short = found["sign"] == "|" and len(name) <= 2
    named = len(name) <= 5 and all(word[0].isupper() or word.lower() in _JOINING for word in name)
    if named and (short or OUTLET_WORD.search(found["name"])) and len(text[:start].split()) >= 3:
        return start
    return len(text)


def readable(text: str) -> str:
    """The text with lone surrogates, which no tokeniser takes, replaced one for one: offsets stay the same."""
    return _SURROGATE.sub("\ufffd", text)


def as_meant(text: str, number: Callable[[str], int | None]) -> str:
    """The readable text with exchanged letters put back in order (`lawusit`): offsets stay the same.

    Only what cannot be another word is put right: a long one without a capital that is not known, and is when two
    neighbouring letters inside it change places, in one way only. Missing and wrong letters stay: too many rare words
    (`plandemic`) are one letter away from another.

    :param number: that of a word in the vocabulary, None for one that is not known: `token_to_id` of a tokeniser.
    """

    def put_right(match: re.Match[str]) -> str:
        word = match[0]
        # `memorise` is no slip of `memories`
        if number(word) is not None or word in _NO_SLIPS or word.endswith("ise"):
            return word
        pairs = (at for at in range(1, len(word) - 1) if word[at] != word[at + 1])
        exchanged = (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in pairs)
        found = [other for other in exchanged if number(other) is not None]
        return found[0] if len(found) == 1 else word

    return _LONG.sub(put_right, readable(text))


def word_spans(text: str) -> list[tuple[int, int]]:
    """Spans of the words, without the punctuation around them; words without a letter or digit are left out."""
    return [match.span() for match in _WORD.finditer(text)]


def word_weights(
    spans: Sequence[tuple[int, int]], offsets: Sequence[tuple[int, int]], weights: Sequence[float]
) -> list[float]:
    """The highest weight of the tokens inside each word; 0 for a word no token covers.

    :param spans: words in rising order.
    :param offsets: tokens in rising order, empty for special tokens.
    :param weights: one for each token.
    """
    found = [0.0] * len(spans)
    word = 0
    for (start, end), weight in zip(offsets, weights, strict=True):
        if start == end:
            continue
        while word < len(spans) and spans[word][1] <= start:
            word += 1
        if word < len(spans) and spans[word][0] < end:
            found[word] = max(found[word], weight)
    return found


def loaded_phrases(
    text: str,
    offsets: Sequence[tuple[int, int]],
    weights: Sequence[float],
    threshold: float,
    link: float,
) -> tuple[Phrase, ...]:
    """Runs of words that carry the effect.

    A phrase starts where a word reaches `threshold`, and grows over neighbours that reach `link`; words with
    punctuation between them are not neighbours.

    :param offsets: token spans in `text`; `weights` their probabilities, 0-1.
    :returns: in order, not overlapping, each with the highest weight of its words.
    """
    spans = word_spans(text)
    by_word = word_weights(spans, offsets, weights)
    phrases: list[Phrase] = []
    run: list[int] = []

    def close() -> None:
        if run and max(by_word[word] for word in run) >= threshold:
            start, end = spans[run[0]][0], spans[run[-1]][1]
            phrases.append(Phrase(start, end, text[start:end], max(by_word[word] for word in run)))
        run.clear()

    for word, weight in enumerate(by_word):
        if weight < link or (run and not _SPACE.fullmatch(text, spans[run[-1]][1], spans[word][0])):
            close()
        if weight >= link:
            run.append(word)
    close()
    return tuple(phrases)
