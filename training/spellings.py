"""One token for both spellings of a word: British and American tellings of a headline are the same to the model.

Slips aside, a vocabulary knows most words in one spelling and cuts the other into pieces that mean nothing, or knows
both and learned them apart. Here the British spelling has the number of the American word, or the other way round.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

#: Stems of words in -our and -or; `labour` is left out, which is a party too.
_OUR = """arm behavi cand clam col demean endeav fav ferv flav glam harb hon hum misdemean neighb od parl ranc rum sav
    savi splend tum val vap vig""".split()
_OUR_ENDINGS = "|s|ed|ing|able|ably|ite|ites|ful|less|hood|hoods|al|er|ers|y".split("|")
#: Stems of words in -re and -er.
_RE = "calib cent centimet fib kilomet lit lust meag met millimet sab somb spect theat".split()
#: Words that double an l before these endings in British English only.
_DOUBLED = """cancel counsel council dial duel equal fuel initial jewel label level marvel model panel quarrel rival
    signal total travel tunnel unravel""".split()
_DOUBLED_ENDINGS = "ed ing er ers or ors ous".split()
_OTHERS = """aeroplane/airplane aeroplanes/airplanes ageing/aging aluminium/aluminum anaesthetic/anesthetic
    catalogue/catalog catalogues/catalogs cosy/cozy defence/defense defences/defenses dialogue/dialog dialogues/dialogs
    diarrhoea/diarrhea doughnut/donut doughnuts/donuts enrol/enroll foetus/fetus fulfil/fulfill grey/gray greys/grays
    gynaecologist/gynecologist haemorrhage/hemorrhage jewellery/jewelry judgement/judgment kerb/curb kerbs/curbs
    leukaemia/leukemia licence/license licences/licenses manoeuvre/maneuver manoeuvres/maneuvers mould/mold moulds/molds
    moustache/mustache moustaches/mustaches mum/mom mums/moms oestrogen/estrogen offence/offense offences/offenses
    paediatric/pediatric plough/plow ploughed/plowed ploughing/plowing ploughs/plows pretence/pretense programme/program
    programmes/programs pyjamas/pajamas sceptic/skeptic sceptical/skeptical scepticism/skepticism sceptics/skeptics
    skilful/skillful smoulder/smolder sulphur/sulfur tyre/tire tyres/tires wilful/willful""".split()
_IZE = re.compile(r"(?:[a-z]{4,}|##)([iy])z(?:e|es|ed|ing|er|ers|ation|ations|ational)")


def _pairs(known: Iterable[str]) -> Iterator[tuple[str, str]]:
    """British and American spellings, some of no word at all; of -ise and -ize those of known words and endings."""
    yield from ((british, american) for british, american in (pair.split("/") for pair in _OTHERS))
    yield from ((f"{stem}our{end}", f"{stem}or{end}") for stem in _OUR for end in _OUR_ENDINGS)
    yield from ((f"{stem}re{end}", f"{stem}er{end}") for stem in _RE for end in ("", "s"))
    yield from ((f"{stem}l{end}", f"{stem}{end}") for stem in _DOUBLED for end in _DOUBLED_ENDINGS)
    for word in known:
        if found := _IZE.fullmatch(word):
            yield f"{word[: found.end(1)]}s{word[found.end(1) + 1 :]}", word


def spelled_alike(vocabulary: Mapping[str, int]) -> dict[str, int]:
    """A vocabulary that has one number for both spellings of the words it knows in one of them or both."""
    found = dict(vocabulary)
    for british, american in _pairs(vocabulary):
        if american in vocabulary:
            found[british] = vocabulary[american]
        elif british in vocabulary:
            found[american] = vocabulary[british]
    return found
