"""Indirect speech: sentences that hand their content to somebody other than the author."""

import re

#: Forms that report speech whatever follows them.
SPEECH = (
    "said says told tells warned warns argued argues alleged alleges insisted insists asserted asserts contended "
    "contends admitted admits denied denies conceded concedes complained complains remarked remarks replied replies "
    "testified testifies vowed vows boasted boasts quipped quips tweeted tweets cautioned cautions accused accuses "
    "claimed claims lamented laments exclaimed exclaims reiterated reiterates speculated speculates predicted predicts"
).split()

#: Forms that report speech or thought before a clause (`noted that …`, `believes it is …`), and in `…, he added`.
BEFORE_CLAUSE = (
    "acknowledged acknowledges added adds advised advises agreed agrees announced announces answered answers "
    "asked asks assured assures believed believes cried cries concluded concludes confirmed confirms "
    "declared declares demanded demands "
    "disclosed discloses estimated estimates expected expects explained explains feared fears fear found finds felt "
    "feels hinted hints hoped hopes hope implied implies joked jokes maintained maintains mentioned mentions noted "
    "notes objected objects observed observes pledged pledges pointed points promised promises proposed proposes "
    "protested protests recalled recalls reckoned reckons recounted recounts responded responds reminded reminds "
    "reported reports reveal revealed reveals ruled rules shouted shouts showed shows stated states stressed stresses "
    "suggested suggests suspected suspects swore swears thought thinks threatened threatens urged urges "
    "whispered whispers wondered wonders worried worries wrote writes yelled yells "
    "tell claim admit deny"
).split()

#: Forms that report speech or thought after a subject in the plural (`critics say …`).
AFTER_PLURAL = "say warn argue allege insist contend complain believe think".split()

#: Forms that pass a judgement on with `as`, `of` or `for`: `dismissed it as …`, `blamed him for …`.
JUDGING = (
    "described describes dismissed dismisses denounced denounces condemned condemns criticised criticises criticized "
    "criticizes slammed slams derided derides portrayed portrays characterised characterises characterized "
    "characterizes hailed hails praised praises mocked mocks decried decries blamed blames referred refers"
).split()

#: Forms that give something a name: `called it a disgrace`, `branded the plan “reckless”`.
NAMING = "called calls branded brands dubbed dubs labelled labels labeled deemed deems".split()


#: Words before a form that make it the author's own, a noun, or no report at all (`the claims`, `easier said`).
_NO_SPEAKER = frozenset(
    "i we you to be being a an the its his her their your our that these those any no having easier enough".split()
)
_PLURALS = frozenset("they who people police many some others most both women men".split())
_NO_PLURALS = frozenset("is was has does this us always perhaps as let's".split())


def _one_of(words: list[str]) -> str:
    return rf"(?:{'|'.join(words)})\b"


_ANY_VERB = _one_of([*SPEECH, *BEFORE_CLAUSE, *AFTER_PLURAL])
_FINITE = r"(?:is|are|was|were|will|would|has|have|had|can|could|should|may|might|must|does|do|did|needs?|won['’]t)\b"
#: What shows that a clause follows, at once or after `in May`, `voters`, `bluntly`.
_CLAUSE = rf"""(?=\s+(?:(?:him|her|them|us|\w+s)\s|(?:in|on|at|to|last|this)\s\w+(?:\s\w+)?\s|\w+(?:ly|day)\s)?(?:
    (?:that|whether|how|why|if|it|he|she|they|there|these|those|this|nobody|everyone)\b
  | (?:(?:the|an?|his|her|its|their|our|some|many|most|all|no|any)\b|[A-Z]).{{1,80}}?\s{_FINITE}
))"""
_REPORT = re.compile(
    rf"""\b(?:
        (?P<plural>{_one_of(AFTER_PLURAL)})
      | {_one_of(SPEECH)}
      | {_one_of(BEFORE_CLAUSE)}(?:\sout)?{_CLAUSE}
      | {_one_of(JUDGING)}(?=.{{1,80}}?\s(?:as|for)\b)
      | {_one_of(NAMING)}(?=\s(?:(?:it|him|her|them|this)\b|.{{1,80}}?(?:[“‘"'«„]|\s(?:an?|too)\s)))
    )""",
    re.VERBOSE,
)

#: Somebody's name or office.
_SOMEBODY = r"(?:(?:he|she|they|who|the|an?|[A-Z])[\w.’'-]*(?:\s[\w.’'-]+){0,5}?)"
#: Reports that need no clause: `…, he added.`, `…, added Councillor Finch`, `according to`, `as Finch put it`.
_ASIDE = re.compile(
    rf"""
    [,”"’'?!—–-]\s*(?:{_SOMEBODY}\s{_ANY_VERB}\s*(?:[.,;:!?—]|$)|{_ANY_VERB}\s(?:the\s|an?\s)?[A-Z])
  | \b(?i:according\sto|in\sthe\s(?:words|view|opinion|eyes)\sof|quoted\sas\ssaying)\b
  | \bas\s\w+(?:\s\w+)?\s(?:put|puts|sees|saw)\sit\b
  | \w['’]s?\s(?:view|words|opinion|telling)\s*[,:]
    """,
    re.VERBOSE,
)

#: After a quotation that ends in ? or !: a name or an office and a verb of speech, `Mayor Odell asked`.
SPEAKER_FOLLOWS = re.compile(
    rf"\s*(?!(?:He|She|They|It|We|I|You)\b)[A-Z][\w.’'-]*(?:\s[\w.’'-]+){{0,5}}?\s{_ANY_VERB}(?!\s(?:that|whether|if)\b)"
)
_SPOKEN_BEFORE = re.compile(rf"\b{_ANY_VERB}(?:\s+that)?\s*[:,]?$", re.IGNORECASE)
_SPOKEN_AFTER = re.compile(rf"(?:as\s+)?(?:{_ANY_VERB}|{_SOMEBODY}\s{_ANY_VERB}\s*(?:[.,;:!?–—|-]|$))", re.IGNORECASE)


def is_attributed(text: str, sentence: tuple[int, int]) -> bool:
    """Whether a sentence reports what somebody else says or thinks: `X said that …`, `according to X`, `X warned …`.

    The words decide, not the marks: a direct quotation with its `she said` counts, a bare quotation does not. The
    author's own `I think`, unnamed hedges (`allegedly`) and nouns (`the claims`) do not count.

    :param sentence: where it starts and ends in `text`.
    """
    if _ASIDE.search(text, *sentence):
        return True
    for report in _REPORT.finditer(text, *sentence):
        words = text[max(sentence[0], report.start() - 16) : report.start()].lower().split()
        subject = words[-1] if words else ""
        if report["plural"]:
            if subject in _PLURALS or (subject.endswith("s") and subject not in _NO_PLURALS):
                return True
        elif subject not in _NO_SPEAKER:
            return True
    return False


def is_spoken(before: str, after: str) -> tuple[bool, bool]:
    """Whether the words before a quotation end in a verb of speech, and those after it begin with one."""
    return _SPOKEN_BEFORE.search(before[-40:]) is not None, _SPOKEN_AFTER.match(after[:120]) is not None
