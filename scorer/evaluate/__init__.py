"""Evaluates a model on labelled rows: labels -> predictions and baselines -> figures -> JSON, HTML and Markdown."""

from typing import Final

from scorer.labels import DEVICES, FRAMES

#: What of a model can be evaluated: scores, all frames together, and each frame by itself.
HEADS: Final = ("sensationalism", "clickbait", *DEVICES, "bias", "opinion", "frames", *FRAMES)
#: Where the word stands for the model inside the package.
SHIPPED: Final = "shipped"
