// A scored headline: its text with the loaded phrases marked, score, devices, and a place to disagree.

import { barRow, make, nameOf, scale, section, shown, terms, whole } from "/dom.js";

/** The headline with its phrases marked; offsets count code points. */
export function markedHeadline(headline) {
  const points = Array.from(headline.text);
  const parts = [];
  let position = 0;
  for (const { start, end } of headline.phrases) {
    parts.push(shown(points.slice(position, start).join("")));
    parts.push(make("mark", { class: "author" }, shown(points.slice(start, end).join(""))));
    position = end;
  }
  parts.push(shown(points.slice(position).join("")));
  return parts.some((part) => part !== "") ? parts : ["No text"];
}

/** One headline. */
export function headlineSection(headline, number, service, disagree) {
  const id = `headline-${number}`;
  const text = make("p", { class: "headline" }, markedHeadline(headline));
  const heading = number > 1 ? `Headline ${number}` : "The headline";
  const heat = headline.sensationalism;
  if (heat === null) {
    const reason = service.abstentions[headline.abstain] ?? headline.abstain;
    return section(id, heading, text, make("p", null, `Not scored: ${reason}.`));
  }
  const interval = `90% interval ${Math.round(heat.low)} to ${Math.round(heat.high)}`;
  const phrases = headline.phrases.map((phrase) => `“${shown(phrase.text)}” (${phrase.weight.toFixed(2)})`);
  return section(
    id,
    heading,
    text,
    make("p", { class: "score" }, make("strong", null, whole(heat.score)), ` of 100, ${heat.band}`),
    scale(`Sensationalism ${whole(heat.score)} of 100, ${interval}`, heat),
    make("p", { class: "ends", "aria-hidden": "true" }, make("span", null, "0 plain"), make("span", null, "extreme 100")),
    make("p", null, `How far the wording tries to arouse; ${interval}.`),
    terms([
      ["Loaded phrases", phrases.join(", ") || "none"],
      ["Clickbait", `${headline.clickbait.toFixed(2)} of 1`],
      ...Object.entries(headline.labels ?? {}).map(([name, label]) => [shown(name), labelWords(label)]),
    ]),
    make("h3", null, "Devices, 0 to 1"),
    make(
      "ul",
      { class: "bars" },
      Object.entries(headline.devices).map(([name, level]) => barRow("li", nameOf(name), level, level.toFixed(2))),
    ),
    service.feedback ? disagreement(headline, number, disagree) : null,
  );
}

/** What a head that a user has added says, as on the command line: `3.4 of 1-5 (90% interval …)`, `yes 0.83`. */
function labelWords(label) {
  if (label.kind === "phrases") {
    return label.phrases.map((phrase) => `“${shown(phrase.text)}” ${phrase.weight.toFixed(2)}`).join(", ") || "none";
  }
  if (label.value !== undefined) {
    return `${label.value} of ${label.scale.join("-")} (90% interval ${label.low}-${label.high})`;
  }
  const likely = Object.entries(label.probabilities).sort(([, first], [, second]) => second - first);
  const named = likely.filter(([name]) => label.present.includes(name));
  const others = likely.filter((pair) => !named.includes(pair)).slice(0, named.length && label.kind === "labels" ? 0 : 2);
  return [
    ...named.map(([name, value]) => `${shown(name)} ${value.toFixed(2)}`),
    ...others.map(([name, value]) => `not ${shown(name)} ${value.toFixed(2)}`),
  ].join(", ");
}

/** A small form for a score of one's own; `disagree(text, score)` sends it and says what came of it. */
function disagreement(headline, number, disagree) {
  const id = `own-${number}`;
  const input = make("input", { id, type: "number", min: 0, max: 100, step: 1, required: true, inputmode: "numeric" });
  const said = make("p", { role: "status" });
  const form = make(
    "form",
    { class: "own" },
    make("label", { for: id }, "Your score, 0 plain to 100 extreme"),
    make("p", { class: "actions" }, input, make("button", { type: "submit" }, "Keep my score")),
    make("p", { class: "dim" }, "This stores the headline and your score in a file where the program runs."),
    said,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    said.textContent = await disagree(headline.text, input.valueAsNumber);
  });
  return make("details", null, make("summary", null, "Disagree"), form);
}
