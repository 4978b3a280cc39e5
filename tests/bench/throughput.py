"""Headlines a second, side by side in one run: this program, the usual ways, and what the processor could do at most.

`python tests/bench/throughput.py --rows 10000`; texts are taken at run time from the data folder, nothing is kept.
"""

import argparse
import contextlib
import csv
import gzip
import io
import logging
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from scorer import Scorer
from scorer.bundle import DEFAULT_BUNDLE
from scorer.runtime import HEADLINE_HEADS, padded

ENCODER = "all-MiniLM-L6-v2"
#: Inputs and outputs of the linear layers of one of the encoder's six layers, and how many of each shape it has.
SHAPES = {(384, 1152): 1, (384, 384): 1, (384, 1536): 1, (1536, 384): 1}
LAYERS = 6


def pool_texts(rows: int) -> list[str]:
    """Distinct headlines from the unlabelled pool."""
    root = Path(os.environ.get("SCORER_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    with gzip.open(root / "unlabelled" / "headlines.csv.gz") as raw:
        lines = csv.DictReader(io.TextIOWrapper(raw, "utf-8"))
        return [row["text"] for row, _ in zip(lines, range(rows), strict=False)]


def rate(work: Callable[[], object], rows: int, rounds: int = 3) -> float:
    """Rows a second: the best of some runs."""
    best = 0.0
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        best = max(best, rows / (time.perf_counter() - start))
    return best


def say(name: str, value: str) -> None:
    """One line of the result."""
    sys.stdout.write(f"{name:58} {value}\n")
    sys.stdout.flush()


def session(model: bytes | str, threads: int) -> onnxruntime.InferenceSession:
    """A plain session."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def integer_rate(threads: int) -> float:
    """Operations a second of eight-bit products of the encoder's shapes, 1,024 tokens at a time, all threads busy."""
    from onnx import TensorProto, helper, numpy_helper

    generator = np.random.default_rng(0)
    inputs, outputs, nodes, weights = [], [], [], []
    for number, (wide, tall) in enumerate(SHAPES):
        inputs.append(helper.make_tensor_value_info(f"x{number}", TensorProto.UINT8, [1024, wide]))
        outputs.append(helper.make_tensor_value_info(f"y{number}", TensorProto.INT32, [1024, tall]))
        table = generator.integers(-63, 64, (wide, tall), dtype=np.int8)
        weights.append(numpy_helper.from_array(table, f"w{number}"))
        nodes.append(helper.make_node("MatMulInteger", [f"x{number}", f"w{number}"], [f"y{number}"]))
    graph = helper.make_graph(nodes, "products", inputs, outputs, weights)
    opset = [helper.make_opsetid("", 17)]
    running = session(helper.make_model(graph, opset_imports=opset, ir_version=9).SerializeToString(), threads)
    feeds = {f"x{n}": generator.integers(0, 256, (1024, wide), dtype=np.uint8) for n, (wide, _) in enumerate(SHAPES)}
    operations = 2 * 1024 * sum(wide * tall * count for (wide, tall), count in SHAPES.items())
    return rate(lambda: [running.run(None, feeds) for _ in range(20)], 20 * operations, rounds=7)


@contextlib.contextmanager
def float_graph() -> Iterator[str]:
    """The plain encoder as a float32 ONNX graph."""
    import torch
    from transformers import AutoModel

    from training.sources import encoder_folder

    class States(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = AutoModel.from_pretrained(encoder_folder(ENCODER), add_pooling_layer=False)

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            states: torch.Tensor = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
            return states

    ids = torch.ones((2, 8), dtype=torch.long)
    shapes = {name: {0: "rows", 1: "tokens"} for name in ("input_ids", "attention_mask")}
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/encoder.onnx"
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            torch.onnx.export(
                States().eval(),
                (ids, ids),
                path,
                input_names=list(shapes),
                output_names=["states"],
                dynamic_axes=shapes | {"states": {0: "rows", 1: "tokens"}},
                dynamo=False,
            )
        yield path


def float_rate(encodings: Sequence[Any], threads: int) -> float:
    """The float32 graph in onnxruntime, batches of 64 of like length."""
    with float_graph() as path:
        running = session(path, threads)
        order = sorted(range(len(encodings)), key=lambda row: len(encodings[row].ids))

        def work() -> None:
            for start in range(0, len(order), 64):
                rows = [encodings[row].ids for row in order[start : start + 64]]
                ids, mask = (values.astype(np.int64) for values in padded(rows, len(rows[-1])))
                running.run(None, {"input_ids": ids, "attention_mask": mask})

        return rate(work, len(encodings))


def pipeline_rate(texts: list[str], batch_size: int, half: bool, threads: int) -> float:
    """The same encoder in `transformers.pipeline`, in float32 or bfloat16."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

    from training.sources import encoder_folder

    torch.set_num_threads(threads)
    folder = encoder_folder(ENCODER)
    kind = torch.bfloat16 if half else torch.float32
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=1, dtype=kind)
    classify = pipeline("text-classification", model=model, tokenizer=AutoTokenizer.from_pretrained(folder))
    return rate(lambda: classify(texts, batch_size=batch_size), len(texts))


def latency(scorer: Scorer, texts: Sequence[str]) -> None:
    """One headline at a time, warm, beside the bare session."""
    bare = session(str(DEFAULT_BUNDLE / "model.onnx"), 1)
    times: dict[str, list[float]] = {"one headline, warm": [], "the bare session on the same text": []}
    for text in texts:
        start = time.perf_counter()
        scorer.headline(text)
        middle = time.perf_counter()
        ids, mask = padded([scorer.runtime.tokenise(text).ids], len(scorer.runtime.tokenise(text).ids))
        before = time.perf_counter()
        bare.run(list(HEADLINE_HEADS), {"ids": ids, "mask": mask})
        for name, seconds in zip(times, (middle - start, time.perf_counter() - before), strict=True):
            times[name].append(1000 * seconds)
    base = statistics.median(times["the bare session on the same text"])
    for name, values in times.items():
        p50, p95 = np.percentile(values, [50, 95])
        say(name, f"p50 {p50:.2f} ms ({p50 / base:.2f}x), p95 {p95:.2f} ms")


def peak_memory() -> float:
    """Peak memory in MB of the command on one headline."""
    command = [sys.executable, "-m", "scorer.cli", "headline", "Fury as council axes lollipop lady"]
    code = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)"
    code += "; print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", code, *command], check=True, capture_output=True, text=True)
    return int(done.stdout) / 1024


def ours(texts: list[str], threads: int) -> tuple[Scorer, list[Any], float]:
    """Rates of this program; the last is that of whole results."""
    scorer = Scorer.load(threads=threads)
    scorer.headlines(texts[:256])
    encodings = [scorer.runtime.tokenise(text) for text in texts]
    tokens = sum(len(encoding.ids) for encoding in encodings)
    operations = 2 * tokens * LAYERS * sum(wide * tall * count for (wide, tall), count in SHAPES.items())
    per_second = integer_rate(threads)
    floor = operations / per_second
    say("eight-bit products of the encoder's shapes", f"{per_second / 1e9:.0f} GOP/s")
    say(f"the floor: {tokens / len(texts):.1f} tokens a headline", f"{len(texts) / floor:.0f} rows/s")
    alone = rate(lambda: scorer.runtime.run(encodings, HEADLINE_HEADS), len(texts))
    say(
        "the runtime alone, tokenised before",
        f"{alone:.0f} rows/s, {100 * alone * floor / len(texts):.0f}% of the floor",
    )
    whole = rate(lambda: scorer.headlines(texts), len(texts))
    say(
        f"whole results, {threads} threads", f"{whole:.0f} rows/s, {100 * whole * floor / len(texts):.0f}% of the floor"
    )
    return scorer, encodings, whole


def main() -> None:
    """Print rows a second and ratios to our runtime."""
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    texts, threads = pool_texts(arguments.rows), arguments.threads
    scorer, encodings, whole = ours(texts, threads)
    one = Scorer.load(threads=1)
    single = rate(lambda: one.headlines(texts), len(texts))
    say("whole results, one thread", f"{single:.0f} rows/s")
    latency(scorer, texts[:500])
    say("peak memory of the command on one headline", f"{peak_memory():.0f} MB")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say("peak memory of this process so far", f"{peak:.0f} MB")
    plain = float_rate(encodings, threads)
    say("onnxruntime float32, batches of 64 by length", f"{plain:.0f} rows/s; ours is {whole / plain:.2f} times that")
    few = texts[:1000]
    for half in (False, True):
        for batch_size in (1, 8, 64):
            found = pipeline_rate(few, batch_size, half, threads)
            name = f"transformers.pipeline {'bf16' if half else 'fp32'}, batch {batch_size}"
            say(name, f"{found:.0f} rows/s; ours is {whole / found:.2f} times that")


if __name__ == "__main__":
    main()
