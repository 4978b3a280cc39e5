"""Makes the Argilla fixtures with its own exporters: `python make_argilla.py` where argilla is, without a server.

`to_json` and `to_datasets` of a dataset's records call the two functions used here with the records that the server
sent; the headlines are invented.
"""

from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import argilla as rg
from argilla.records._io import HFDatasetsIO, JsonIO

HERE = Path(__file__).parent
PEOPLE = [UUID(int=number) for number in (1, 2, 3)]
#: Headline; for each annotator the tone, the devices, the rating, the phrases.
RECORDS = [
    (
        "Fury as mayor axes duck pond",
        [("hot", ["drama"], 6, ["Fury", "axes"]), ("hot", ["alarm", "drama"], 7, ["Fury"])],
    ),
    ("Duck pond closes for cleaning", [("plain", ["none"], 1, [])]),
    (
        "Bakers in meltdown over flour rule",
        [("hot", ["alarm"], 5, ["meltdown"]), ("plain", ["alarm"], 3, []), ("hot", ["alarm"], 7, ["meltdown"])],
    ),
    ("Flour rule takes effect in June", [("plain", ["none"], 2, [])]),
    ("Cake fair descends into chaos", [("hot", ["drama"], 4, ["descends into chaos"])]),
    ("Pond levels measured again", []),
]


def record(number: int, title: str, judged: list[tuple[str, list[str], int, list[str]]]) -> rg.Record:
    responses = []
    for who, (tone, devices, heat, spans) in zip(PEOPLE, judged, strict=False):
        starts = [(title.index(phrase), phrase) for phrase in spans]
        marked = [{"start": start, "end": start + len(phrase), "label": "loaded"} for start, phrase in starts]
        for name, value in (("tone", tone), ("devices", devices), ("heat", heat), ("loaded", marked)):
            responses.append(rg.Response(name, value, user_id=who, status="submitted"))
    if number == 2:
        responses.append(rg.Response("tone", "hot", user_id=PEOPLE[2], status="discarded"))
    return rg.Record(
        id=f"r{number}",
        fields={"title": title},
        metadata={"outlet": "The Wold Echo" if number % 2 else "Skelby Post"},
        responses=responses,
        suggestions=[rg.Suggestion("tone", "hot" if number % 2 else "plain", score=0.8, agent="a model")],
    )


def main() -> None:
    """Write the JSON and the `datasets` form."""
    records = [record(number, *what) for number, what in enumerate(RECORDS, start=1)]
    target = HERE / "argilla.json"
    target.unlink(missing_ok=True)
    JsonIO.to_json(records, target)
    flat = HFDatasetsIO.to_datasets(records, SimpleNamespace(schema={}))
    flat.to_json(HERE / "argilla_datasets.jsonl")


if __name__ == "__main__":
    main()
