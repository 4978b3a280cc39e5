// Making elements. Text only ever becomes text: nothing here parses markup.

/** An element; attributes by name (true, false and null mean there or not), children are elements or strings. */
export function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null));
  return element;
}

/** The text as it may be shown: in one line, what is invisible left out, what could turn the line around replaced. */
export function shown(text) {
  return text
    .replace(/[\u00ad\u200b\u200c\u200e\u200f\u2060\ufeff]/g, "")
    .replace(/\s/g, " ")
    .replace(/(?!\u200d)[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, "\ufffd");
}

/** A frame, a device or a kind as people write it. */
export function nameOf(word) {
  return word === "external" ? "external regulation" : word.replaceAll("_", " ");
}

/** The score without its decimal, which never rounds it up into the next band. */
export const whole = (score) => String(Math.trunc(score));

/** Points with their sign, the minus as it is printed. */
export function signed(points) {
  const round = Math.round(points);
  return round < 0 ? `−${-round}` : `+${round}`;
}

/** A scale of 0 to 100 with the interval as a band and the score as a mark on it; the label says both. */
export function scale(label, { score, low, high }) {
  const range = make("span", { class: "range" });
  range.style.left = `${low}%`;
  range.style.width = `${Math.max(high - low, 1)}%`;
  const point = make("span", { class: "point" });
  point.style.left = `${score}%`;
  return make("div", { class: "scale", role: "img", "aria-label": label }, range, point);
}

/** The name, bar and number of a share 0-1; the bar is for the eye only. */
export function barRow(tag, name, share, number) {
  const fill = make("span");
  fill.style.width = `${100 * share}%`;
  const bar = make("span", { class: "bar", "aria-hidden": "true" }, fill);
  return make(tag, { class: "row" }, make("span", { class: "name" }, name), bar, make("span", null, number));
}

/** A section with a heading. */
export function section(id, heading, ...children) {
  return make("section", { "aria-labelledby": id }, make("h2", { id }, heading), children);
}

/** Terms and what is said of them. */
export function terms(pairs) {
  return make("dl", null, pairs.map(([term, said]) => make("div", null, make("dt", null, term), make("dd", null, said))));
}
