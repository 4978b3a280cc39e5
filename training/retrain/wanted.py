"""What the user says of a labelled file."""

from dataclasses import dataclass

from training.retrain.labelled import Kind


@dataclass(frozen=True)
class Wanted:
    """What the user says of a labelled file; what is None or empty is found out.

    label_columns: several are read as yes or no each. scale: the lowest and the highest grade. positive: the label
    that means yes, or `>=0.5` for grades that do. separator: what stands between several labels in a cell. truth: a
    file with the labels, joined by its column `id`. encoding: of text without a byte order mark.
    """

    text_column: str | None = None
    label_columns: tuple[str, ...] = ()
    kind: Kind | None = None
    scale: tuple[float, float] | None = None
    positive: str | None = None
    separator: str | None = None
    truth: str | None = None
    encoding: str = "utf-8"
