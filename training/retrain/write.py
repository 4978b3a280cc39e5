"""Writes a retrained bundle: a draft folder first, put in its place only when all of it is there."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from scorer.bundle import Bundle, head_file, read_config
from scorer.evaluate.seen import hashes_of, read_seen, write_seen
from scorer.own_heads import OwnHead
from training.graph import build_graph
from training.model import HeadlineModel
from training.retrain.heads import Floats, Task, Weights


def initialisers(folder: Path) -> dict[str, Floats]:
    """The arrays of a bundle's graph by name."""
    graph = onnx.load(str(folder / "model.onnx")).graph
    return {found.name: numpy_helper.to_array(found) for found in graph.initializer}


def begin_draft(draft: Path, bundle: Bundle, start: Path, model: HeadlineModel | None) -> None:
    """Lay out a draft: graph, tokeniser, and the own heads there were.

    :param start: the folder with the graph that was started from; `model`: the fine-tuned one, None where the graph
        stays.
    """
    shutil.rmtree(draft, ignore_errors=True)
    (draft / "heads").mkdir(parents=True)
    shutil.copy(start / "tokenizer.json", draft)
    if model is None:
        shutil.copy(start / "model.onnx", draft)
    else:
        (draft / "model.onnx").write_bytes(build_graph(model).SerializeToString())
    for name in bundle.own_heads:
        shutil.copy(bundle.folder / head_file(name), draft / head_file(name))


def replace_head(draft: Path, task: Task, weights: Weights) -> None:
    """Put new weights of a shipped head into the draft's graph, and leave all else as it is."""
    path = draft / "model.onnx"
    model = onnx.load(str(path))
    new = {"weight": weights.weight, "bias": weights.bias}
    for tensor in model.graph.initializer:
        part = tensor.name.removeprefix(f"heads.{task.head}.")
        if part in new and part != tensor.name:
            values = np.array(numpy_helper.to_array(tensor))
            values[..., list(task.columns)] = new[part].astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    path.write_bytes(model.SerializeToString())


def describe(
    draft: Path, bundle: Bundle, heads: Mapping[str, Any], own: OwnHead | None, texts: Sequence[str], version: str
) -> dict[str, Any]:
    """The description of the draft, with its heads, written so far that it can be loaded; card and hashes follow.

    :param heads: settings of the shipped heads; `own`: the new head.
    :param texts: those that were learned from; their hashes are kept, so that an evaluation can tell.
    """
    config = read_config(bundle.folder)
    names = list(bundle.own_heads)
    if own is not None:
        (draft / head_file(own.name)).write_text(own.to_json(), encoding="utf-8")
        names = [name for name in names if name != own.name] + [own.name]
    known, own_texts = read_seen(bundle), hashes_of(texts)
    seen = write_seen(draft, own_texts if known is None else np.union1d(known, own_texts))
    return config | {"version": version, "heads": {**heads, **({"own": names} if names else {})}, **seen}


def publish(draft: Path, out: Path) -> None:
    """Put the finished draft in its place in one step."""
    if not any((draft / "heads").iterdir()):
        (draft / "heads").rmdir()
    draft.rename(out)
