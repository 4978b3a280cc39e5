"""Makes the Label Studio fixtures with its own exporter: `python make_label_studio.py` where label-studio-sdk is.

The tasks are what a project's database hands to the exporter; the headlines are invented.
"""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from label_studio_sdk.converter import Converter

HERE = Path(__file__).parent
CONFIG = """<View>
  <Text name="headline" value="$title"/>
  <Choices name="tone" toName="headline" choice="single"><Choice value="Hot"/><Choice value="Plain"/></Choices>
  <Choices name="devices" toName="headline" choice="multiple">
    <Choice value="Alarm"/><Choice value="Drama"/><Choice value="Puff"/>
  </Choices>
  <Rating name="heat" toName="headline" maxRating="5"/>
  <Labels name="loaded" toName="headline"><Label value="Loaded"/></Labels>
</View>"""
#: Headline; for each annotator tone, devices, rating, phrases.
TASKS: list[tuple[str, list[tuple[str, list[str], int, list[str]]]]] = [
    ("Fury as mayor axes duck pond", [("Hot", ["Drama"], 4, ["Fury", "axes"])]),
    ("Duck pond closes for cleaning", [("Plain", [], 1, [])]),
    ("Bakers in meltdown over flour rule", [("Hot", ["Alarm", "Drama"], 5, ["meltdown"]), ("Hot", ["Drama"], 4, [])]),
    ("Flour rule takes effect in June", [("Plain", [], 1, []), ("Plain", [], 2, [])]),
    ("🦆🦆 Ducks stage SHOCK comeback", [("Hot", ["Puff"], 5, ["SHOCK"])]),
    ("Three judges named for cake fair", [("Plain", ["Puff"], 2, [])]),
    ("Cake fair descends into chaos", [("Hot", ["Drama", "Puff"], 3, ["descends into chaos"])]),
    ("Pond levels measured again", []),
]
CONTROLS = {"tone": "choices", "devices": "choices", "heat": "rating", "loaded": "labels"}


def utf16(text: str) -> int:
    """Length as a browser counts it, which is what the annotation page stores."""
    return len(text.encode("utf-16-le")) // 2


def result(name: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"from_name": name, "to_name": "headline", "type": CONTROLS[name], "value": value}


def annotation(
    number: int, who: int, title: str, tone: str, devices: list[str], heat: int, spans: list[str]
) -> dict[str, Any]:
    found = [result("tone", {"choices": [tone]}), result("heat", {"rating": heat})]
    found += [result("devices", {"choices": devices})] if devices else []
    for phrase in spans:
        start = utf16(title[: title.index(phrase)])
        value = {"start": start, "end": start + utf16(phrase), "text": phrase, "labels": ["Loaded"]}
        found.append(result("loaded", value))
    stamp = f"2026-03-0{who}T09:00:00Z"
    base = {"id": number * 10 + who, "completed_by": who, "was_cancelled": False, "lead_time": 7.5}
    return {**base, "created_at": stamp, "updated_at": stamp, "result": found}


def main() -> None:
    """Write the three exports."""
    tasks = []
    for number, (title, judged) in enumerate(TASKS, start=1):
        made = [annotation(number, who, title, *what) for who, what in enumerate(judged, start=1)]
        if number == 2:
            made.append({**annotation(number, 2, title, "Hot", [], 5, []), "was_cancelled": True})
        data = {"title": title, "outlet": "The Wold Echo" if number % 2 else "Skelby Post"}
        tasks.append({"id": number, "data": data, "annotations": made, "predictions": []})
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "tasks.json"
        source.write_text(json.dumps(tasks, ensure_ascii=False, indent=1), encoding="utf-8")
        for kind, name in (("JSON", "result.json"), ("JSON_MIN", "result.json"), ("CSV", "result.csv")):
            out = Path(folder) / kind
            Converter(CONFIG, folder, download_resources=False).convert(str(source), str(out), kind, is_dir=False)
            target = HERE / f"label_studio_{kind.lower().replace('_', '')}{Path(name).suffix}"
            shutil.copyfile(next(out.iterdir()) if out.is_dir() else out, target)


if __name__ == "__main__":
    main()
