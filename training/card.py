"""The model card: a bundle's README.md, written from the same numbers as its config.json."""

from typing import Any

from scorer.markdown import table
from training.body import HOT


def figure(estimate: dict[str, Any], digits: int = 3) -> str:
    """An estimate with its interval: `0.812 (0.790-0.833)`."""
    if estimate["value"] is None:
        return "does not apply"
    value, low, high = (f"{estimate[key]:.{digits}f}" for key in ("value", "low", "high"))
    return f"{value} ({low}-{high})"


def percent(value: float | None) -> str:
    """A share in percent, or a dash."""
    return "-" if value is None else f"{100 * value:.1f}%"


def number(value: float | None) -> str:
    """A figure, or a dash."""
    return "-" if value is None else f"{value:.3f}"


def rating_section(scores: dict[str, Any]) -> str:
    """Sensationalism beside its baselines."""
    names = {"model": "this model (int8)", "tfidf_ridge": "TF-IDF + ridge", "mean": "the mean label"}
    rows = [
        [label, figure(scores[name]["pearson"]), figure(scores[name]["mae"], 2), str(scores[name]["mae"]["n"])]
        for name, label in names.items()
    ]
    bias = ", ".join(
        f"{name} {part['bias']:+.1f} (n={part['n']})"
        for name, part in scores["bias_by_predicted_band"].items()
        if part["bias"] is not None
    )
    devices = [[name, *(number(part[key]) for key in ("pearson", "auc"))] for name, part in scores["devices"].items()]
    return "\n\n".join(
        (
            table(["", "Pearson", "mean absolute error", "n"], rows),
            f"Mean of predicted minus rated, by band of the predicted score: {bias}.",
            f"Share of these headlines on which the tool abstains: {percent(scores['abstained'])}.",
            table(["device", "Pearson", "AUC of level ≥ 1"], devices),
        )
    )


def clickbait_section(scores: dict[str, Any]) -> str:
    """Clickbait strength beside its baselines."""
    names = {"model": "this model (int8)", "tfidf_ridge": "TF-IDF + ridge", "mean": "the mean label"}
    rows = [
        [label, figure(scores[name]["mse"], 4), figure(scores[name]["pearson"]), figure(scores[name]["f1"])]
        for name, label in names.items()
    ]
    n = scores["model"]["mse"]["n"]
    return table([f"n={n}", "MSE", "Pearson", "F1 at 0.5"], rows)


def sentence_section(scores: dict[str, Any]) -> str:
    """Bias and opinion of sentences beside their baselines."""
    names = {"model": "this model (int8)", "tfidf": "TF-IDF + ridge or logistic", "mean": "the mean label"}
    measures = ("bias_pearson", "bias_auc", "opinion_pearson")
    rows = [[label, *(figure(scores[name][key]) for key in measures)] for name, label in names.items()]
    header = [f"n={scores['model']['bias_auc']['n']}", "bias, Pearson", "bias ≥ 1, AUC", "opinion, Pearson"]
    return table(header, rows)


def passage_section(scores: dict[str, Any]) -> str:
    """Frames of passages beside their baselines, then one by one."""
    names = {"model": "this model (int8)", "tfidf": "TF-IDF + logistic", "commonest": "always the commonest frame"}
    rows = [[label, *(figure(scores[name][key]) for key in ("micro_f1", "macro_f1"))] for name, label in names.items()]
    each = [
        [name.replace("_", " "), *(number(p[key]) for key in ("precision", "recall", "f1", "auc")), str(p["n"])]
        for name, p in scores["by_frame"].items()
    ]
    before, after = (number(scores["calibration"][key]) for key in ("before", "after"))
    return "\n\n".join(
        (
            table([f"n={scores['model']['micro_f1']['n']}", "micro-F1", "macro-F1 (frames with 20 or more)"], rows),
            table(["frame", "precision", "recall", "F1", "AUC", "n"], each),
            f"Calibration error of the probabilities: {before} before, {after} after.",
        )
    )


def calibration_section(report: dict[str, Any]) -> str:
    """Coverage of the intervals and calibration errors."""
    interval = report["interval"]
    parts = {"all, sampled at random": interval["overall"], **interval["by_predicted_band"]}
    coverage = [
        [name, percent(p["coverage"]), "-" if p["width"] is None else f"{p['width']:.0f}", str(p["n"])]
        for name, p in parts.items()
    ]
    errors = {f"device present: {name}": p for name, p in report["presence"].items()} | {
        "token in a loaded phrase": report["tokens"]
    }
    errors |= {f"sentence: {name}": report["sentences"][name] for name in ("bias", "opinion", "kind")}
    rows = [[name, number(p["before"]), number(p["after"]), str(p["n"])] for name, p in errors.items()]
    phrases = {
        f"headlines rated {HOT:.0f} or more": report["phrases"],
        "sentences of bias 1 or more": report["sentences"]["phrases"],
    }
    marks = [
        [name, number(p["f1"]), number(p["whole_text_f1"]), percent(p["marked_share"]), str(p["n"])]
        for name, p in phrases.items()
    ]
    return "\n\n".join(
        (
            table(
                ["predicted band", f"coverage (nominal {percent(interval['nominal'])})", "mean width", "n"], coverage
            ),
            table(["probability", "calibration error before", "after", "n"], rows),
            "Loaded phrases, marked characters against the raters':",
            table(["", "F1", "F1 of marking everything", "marked, of the raters' marks", "n"], marks),
        )
    )


def human_section(lines: list[dict[str, Any]]) -> str:
    """Figures on sets labelled by people, line by line."""
    rows = [
        [
            line["set"],
            line["measure"],
            figure(line["model"]),
            "-" if line["baseline"] is None else figure(line["baseline"]),
            str(line["model"]["n"]),
        ]
        for line in lines
    ]
    return table(["set", "measure", "this model (int8)", "TF-IDF", "n"], rows)


def audit_verdict(audit: dict[str, Any]) -> str:
    """How many marks of `scorer audit` the model misses, and which."""
    marks = sum(each["mark"] is not None for suite in audit["suites"] for each in suite["figures"])
    missed = ", ".join(audit["missed"]).replace("_", " ")
    verdict = f"misses {len(audit['missed'])} of its {marks} marks: {missed}" if missed else f"meets all {marks} marks"
    return f"`scorer audit` probes the model with sentences written for it, without labels. This model {verdict}."


def audit_figure(found: dict[str, Any], value: float | None) -> str:
    """A figure of an audit in its unit: points of 100, or a share in percent."""
    if value is None:
        return "-"
    return f"{100 * value:.0f}%" if found["unit"] == "share" else f"{value:.2f}"


def audit_interval(found: dict[str, Any]) -> str:
    """A figure of an audit with its interval: `64% (47%-81%)`."""
    value, low, high = (audit_figure(found, found[key]) for key in ("value", "low", "high"))
    return f"{value} ({low}-{high})"


def audit_section(audit: dict[str, Any]) -> str:
    """Every figure of an audit with its mark, those that miss it in bold."""
    rows = []
    for suite in audit["suites"]:
        for found in suite["figures"]:
            limit = "at most" if found["limit"] == "at_most" else "at least"
            mark = "-" if found["mark"] is None else f"{limit} {audit_figure(found, found['mark'])}"
            result = {None: "reported", True: "met", False: "**missed**"}[found["passed"]]
            rows.append([suite["name"], found["about"], audit_interval(found), mark, result, str(found["n"])])
    return table(["suite", "figure (points, or share)", "with 95% interval", "mark", "result", "n"], rows)


def model_card(config: dict[str, Any]) -> str:
    """The card in Markdown.

    :param config: the bundle's description, with `scores`, `data`, `encoder`, `training`, `run`.
    """
    scores = config["scores"]
    drift, bits = scores["quantisation"], config["training"]["quantisation"]["weight_bits"]
    data = "\n".join(f"- `{item['path']}`: {item['rows']} rows, {item['note']}" for item in config["data"])
    clickbait = scores["clickbait_test"]
    sections = [
        f"# {config['name']} {config['version']}",
        "Scores how sensational the wording of an English news headline is (0-100), which devices it uses, how strong "
        "a clickbait it is and which phrases carry the effect; how loaded the sentences of an article are and which "
        "frames it is told in. It judges wording, never truth, topic or outlet.",
        f"Encoder: {config['encoder']}. Weights in {bits} bits, activations in 8, run by onnxruntime.",
        "## Trained on",
        data,
        "## Sensationalism",
        "Labels are **machine ratings**: a language model read each headline against a written guideline. Rows of "
        "outlets that do not occur in training, sampled at random; 95% bootstrap intervals.",
        rating_section(scores["rated_dev"]),
    ]
    if clickbait:
        sections += [
            "## Clickbait strength",
            "Labels are **human**: five judges a tweet, Webis-Clickbait-17, test rows.",
            clickbait_section(clickbait),
        ]
    sections += [
        "## Sentences",
        "Labels are **machine ratings** again, of sentences from outlets that do not occur in training.",
        sentence_section(scores["sentences_dev"]),
        "## Frames of passages",
        "**Machine ratings** of passages from outlets that do not occur in training. Thresholds cross-fitted.",
        passage_section(scores["passages_dev"]),
    ]
    if scores.get("human"):
        sections += [
            "## Sets labelled by people, never trained on",
            "Looked at once the model was chosen. What they label is near to what the heads measure, not the same. "
            "TF-IDF is trained on our rated rows, as the model is.",
            human_section(scores["human"]),
        ]
    if scores.get("audit"):
        sections += ["## Audit", audit_verdict(scores["audit"]), audit_section(scores["audit"])]
    sections += [
        "## Calibration",
        "Cross-fitted over two halves of the outlets: no row is judged by numbers it helped to choose.",
        calibration_section(scores["calibration"]),
        "## Eight bits",
        f"Against the float model: {drift['mean_difference_to_float']:.2f} points on average, "
        f"{drift['max_difference_to_float']:.1f} at most, over the dev rows. Activation ranges are fixed, so a text's "
        "score does not depend on the texts scored beside it.",
        "## Limits",
        "Mostly US and UK news of 2007-2020, English only. One family of machine raters. Satire, sport and opinion "
        "titles are scored by their wording like any other. Few rated headlines lie above 80: scores up there carry "
        "wide intervals.",
        f"Trained with `python -m training` in {config['run']['minutes']:.0f} minutes on {config['run']['machine']}.",
    ]
    return "\n\n".join(sections) + "\n"


def readme_figures(config: dict[str, Any]) -> str:
    """The figures of the project's README."""
    scores = config["scores"]
    rated, interval = scores["rated_dev"], scores["calibration"]["interval"]["overall"]
    clickbait = scores["clickbait_test"]
    sentences, passages = scores["sentences_dev"], scores["passages_dev"]
    rows = [
        [
            "sensationalism, Pearson",
            *(figure(rated[name]["pearson"]) for name in ("model", "tfidf_ridge", "mean")),
            str(rated["model"]["pearson"]["n"]),
        ],
        [
            "sensationalism, mean absolute error in points",
            *(figure(rated[name]["mae"], 2) for name in ("model", "tfidf_ridge", "mean")),
            str(rated["model"]["mae"]["n"]),
        ],
        [
            "clickbait (Webis-17 test), squared error",
            *(figure(clickbait[name]["mse"], 4) for name in ("model", "tfidf_ridge", "mean")),
            str(clickbait["model"]["mse"]["n"]),
        ],
        *(
            [
                name,
                *(figure(sentences[key][measure]) for key in ("model", "tfidf", "mean")),
                str(sentences["model"][measure]["n"]),
            ]
            for name, measure in (
                ("sentences: bias, Pearson", "bias_pearson"),
                ("sentences: bias at least slight, AUC", "bias_auc"),
                ("sentences: opinion, Pearson", "opinion_pearson"),
            )
        ),
        *(
            [
                name,
                *(figure(passages[key][measure]) for key in ("model", "tfidf", "commonest")),
                str(passages["model"][measure]["n"]),
            ]
            for name, measure in (("frames, micro-F1", "micro_f1"), ("frames, macro-F1", "macro_f1"))
        ),
    ]
    coverage = f"90% intervals hold the rating in {percent(interval['coverage'])} of n={interval['n']} headlines"
    return "\n\n".join(
        (
            table(["95% bootstrap intervals", "shipped model", "TF-IDF", "mean or commonest", "n"], rows),
            f"The {coverage}; they are {interval['width']:.0f} points wide on average.",
        )
    )
