"""Headlines a second: this runtime, plain onnxruntime int8 at batch 64 unsorted, `transformers.pipeline`.

`python tests/bench/throughput.py --rows 2000`; texts are taken at run time from the data folder, nothing is kept.
"""

import argparse
import csv
import gzip
import io
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from scorer import Scorer
from scorer.runtime import HEADLINE_HEADS


def pool_texts(rows: int) -> list[str]:
    """Distinct headlines from the unlabelled pool."""
    root = Path(os.environ.get("SCORER_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    with gzip.open(root / "unlabelled" / "headlines.csv.gz") as raw:
        lines = csv.DictReader(io.TextIOWrapper(raw, "utf-8"))
        return [row["text"] for row, _ in zip(lines, range(rows), strict=False)]


def rate(work: Callable[[], object], rows: int) -> float:
    """Rows a second: the best of three runs."""
    best = 0.0
    for _ in range(3):
        start = time.perf_counter()
        work()
        best = max(best, rows / (time.perf_counter() - start))
    return best


def pipeline_rate(texts: list[str], batch_size: int) -> float:
    """The same encoder in `transformers.pipeline`, float32."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

    from training.sources import encoder_folder

    torch.set_num_threads(2)
    folder = encoder_folder("all-MiniLM-L6-v2")
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=1)
    classify = pipeline("text-classification", model=model, tokenizer=AutoTokenizer.from_pretrained(folder))
    return rate(lambda: classify(texts, batch_size=batch_size), len(texts))


def main() -> None:
    """Print rows a second and ratios to our runtime."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2000)
    texts = pool_texts(parser.parse_args().rows)
    scorer = Scorer.load(threads=2)
    scorer.headlines(texts[:64])
    rates = {"scorer, whole results": rate(lambda: scorer.headlines(texts), len(texts))}
    encodings = [scorer.runtime.tokenise(text) for text in texts]
    rates["its runtime alone, tokenised before"] = rate(
        lambda: scorer.runtime.run(encodings, HEADLINE_HEADS), len(texts)
    )
    few = texts[:500]
    rates["scorer, one call a headline"] = rate(lambda: [scorer.headline(text) for text in few], len(few))
    for batch_size in (1, 64):
        rates[f"transformers.pipeline fp32, batch {batch_size}"] = pipeline_rate(few, batch_size)
    ours = rates["scorer, whole results"]
    for name, value in rates.items():
        sys.stdout.write(f"{name:40} {value:8.0f} rows/s   ours is {ours / value:5.2f} times that\n")


if __name__ == "__main__":
    main()
