"""The fixed vocabulary of the results: bands, devices, kinds of head, reasons for abstaining."""

from typing import Final

SCHEMA_VERSION: Final = "1.0"

#: Band names with the lowest score that belongs to them, in rising order.
BANDS: Final[tuple[tuple[str, float], ...]] = (
    ("plain", 0.0),
    ("coloured", 20.0),
    ("heightened", 40.0),
    ("sensational", 60.0),
    ("extreme", 80.0),
)

DEVICES: Final = ("alarm", "exaggeration", "curiosity_gap", "loaded_language", "drama")

#: The main device of a loaded sentence; a sentence without one has none.
KINDS: Final = ("loaded_word", "name_calling", "fear", "exaggeration", "doubt", "motive", "opinion_as_fact", "sneer")

#: The fourteen policy frames (Boydstun et al. 2014, without "other") and two generic news frames.
FRAMES: Final = (
    "economic",
    "capacity",
    "morality",
    "fairness",
    "legality",
    "policy",
    "crime",
    "security",
    "health",
    "quality_of_life",
    "culture",
    "public_opinion",
    "political",
    "external",
    "conflict",
    "human_interest",
)

#: Why a text was not scored: the value of `abstain`, and what a person is told.
ABSTENTIONS: Final[dict[str, str]] = {
    "empty": "there is nothing to read",
    "too_long": "too long for a headline",
    "not_english": "not in English, as far as the model can tell",
    "not_a_headline": "this does not read like a headline",
    "invalid_text": "not valid UTF-8 text",
}


def band_of(score: float) -> str:
    """The band of a score, judged on the score as it is shown (one decimal).

    :param score: sensationalism, 0-100.
    """
    shown = round(score, 1)
    name = BANDS[0][0]
    for candidate, lowest in BANDS:
        if shown >= lowest:
            name = candidate
    return name
