"""A start from another encoder: its weights, with heads that say as nearly what the shipped ones say as they can.

They are taught on the user's texts alone, so they are worse than those of the shipped model; the report says by how
much. Everything that follows is the same as from a bundle.
"""

from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from scorer.own_heads import normalised
from scorer.text import end_of_wording
from training.config import Quantisation
from training.data import Encoded, ordered_batches, tokenise
from training.export import save_tokenizer
from training.graph import build_graph
from training.model import HEAD_SIZES, HeadlineModel, load_encoder
from training.quantise import measure_ranges, quantise_encoder
from training.retrain.features import Floats, Read
from training.sources import encoder_folder, tokenizer_file

_SETTINGS: Final = Quantisation()
#: Penalty on the weights of the heads that are taught, a row.
_PENALTY: Final = 0.1


def write_foundation(encoder: str, shipped: Read, max_tokens: int, folder: Path) -> None:
    """Write graph and tokeniser of another encoder, quantised, with heads taught by the shipped model.

    :param encoder: a folder, or the name of a packaged encoder.
    :param shipped: what the shipped model says of the user's texts.
    :raises InputError: when there is no such encoder, or it is no BERT.
    """
    source = Path(encoder_folder(encoder))
    tokenizer = Tokenizer.from_file(str(tokenizer_file(encoder, source)))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    rows, tokens = read_again(shipped.encoded, tokenizer)
    model = HeadlineModel(load_encoder(str(source), 0.0), 0.0)
    parts = list(ordered_batches([len(ids) for ids in rows.ids], 64))
    batches = [rows.batch(part) for part in parts]
    ranges = measure_ranges(model, batches[:: max(1, len(batches) // 8)], _SETTINGS.percentile)
    quantise_encoder(model.encoder, ranges, _SETTINGS.weight_bits)
    pooled, states = states_of(model, rows, parts)
    for name in HEAD_SIZES:
        features, wanted = (np.concatenate(states), np.concatenate(tokens)) if name == "tokens" else (pooled, None)
        weight, bias = ridge(features, shipped.logits[name] if wanted is None else wanted)
        head: Any = model.heads[name]
        head.weight.data, head.bias.data = torch.from_numpy(weight.T.copy()), torch.from_numpy(bias)
    folder.mkdir(parents=True, exist_ok=True)
    save_tokenizer(tokenizer, folder / "tokenizer.json")
    (folder / "model.onnx").write_bytes(build_graph(model.eval()).SerializeToString())


def read_again(rows: Encoded, tokenizer: Tokenizer) -> tuple[Encoded, list[Floats]]:
    """The rows tokenised by another tokeniser, and what the shipped model says of each token, as (tokens, 1) logits."""
    encodings = tokenise([text[: end_of_wording(text)] for text in rows.texts], tokenizer)
    likely = []
    for encoding, offsets, said in zip(encodings, rows.offsets, rows.targets.tokens, strict=True):
        known = [(start, mark) for (start, end), mark in zip(offsets, said, strict=True) if start != end] or [(0, 0.0)]
        starts, marks = np.array(known).T
        place = np.searchsorted(starts, [start for start, _ in encoding.offsets], side="right") - 1
        sure = np.clip(marks[place.clip(0)], 1e-4, 1 - 1e-4)
        likely.append(np.log(sure / (1 - sure))[:, None].astype(np.float32))
    found = Encoded(
        texts=rows.texts,
        forms=rows.forms,
        shares=rows.shares,
        ids=[encoding.ids for encoding in encodings],
        offsets=[encoding.offsets for encoding in encodings],
        spans=rows.spans,
        targets=rows.rows(range(len(rows))).targets,
    )
    found.targets.tokens[:] = [values[:, 0] for values in likely]
    return found, likely


@torch.no_grad()
def states_of(model: HeadlineModel, rows: Encoded, parts: list[list[int]]) -> tuple[Floats, list[Floats]]:
    """Normalised pooled states (rows, hidden), and those of each row's tokens."""
    pooled: dict[int, Floats] = {}
    states: dict[int, Floats] = {}
    model.eval()
    for part in parts:
        batch = rows.batch(part)
        outputs = model(batch.ids, batch.mask)
        for position, row in enumerate(part):
            pooled[row] = normalised(outputs.pooled[position].numpy())
            states[row] = normalised(outputs.states[position, : len(rows.ids[row])].numpy())
    order = range(len(rows))
    return np.stack([pooled[row] for row in order]), [states[row] for row in order]


def ridge(features: Floats, wanted: Floats) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights (hidden, outputs) and biases of a ridge regression.

    :param features: (rows, hidden); `wanted`: (rows, outputs).
    """
    centre, mean = features.mean(axis=0), wanted.mean(axis=0)
    apart = (features - centre).astype(np.float64)
    scatter = apart.T @ apart + _PENALTY * len(features) * np.eye(features.shape[1])
    weight = np.linalg.solve(scatter, apart.T @ (wanted - mean))
    return weight.astype(np.float32), (mean - centre @ weight).astype(np.float32)
