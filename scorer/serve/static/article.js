// A scored article: the gap, the frames, and the text, whose sentences open by click or key.

import { barRow, make, nameOf, scale, section, shown, signed, terms, whole } from "/dom.js";

const VOICES = {
  author: "the author’s own wording",
  quoted: "wording of a quotation",
  both: "wording of author and quotation",
};
const SMALL_GAP = 10;
const LARGE_GAP = 30;

/** The parts of the page below the headline. */
export function articleSections(result) {
  return [gapSection(result), frameSection(result), textSection(result)].filter((part) => part !== null);
}

/** What should be known before trusting the result. */
export function warnings(result) {
  if (result.warnings.length === 0) return null;
  const list = make("ul", null, result.warnings.map((warning) => make("li", null, warning)));
  return make("div", { class: "note", role: "note" }, make("p", null, make("strong", null, "Please note")), list);
}

function gapInWords({ value, low, high }) {
  if (Math.abs(value) < SMALL_GAP) return "the headline is about as hot as the text under it";
  const much = Math.abs(value) >= LARGE_GAP ? "much " : "";
  const verb = low <= 0 && high >= 0 ? "seems" : "is";
  return `the headline ${verb} ${much}${value > 0 ? "hotter" : "calmer"} than the text under it`;
}

function gapSection({ gap, headline, body }) {
  const parts = [];
  if (gap === null) {
    parts.push(make("p", null, "No gap was measured."));
  } else {
    parts.push(
      make("p", { class: "score" }, make("strong", null, signed(gap.value)), ` points: ${gapInWords(gap)}`),
      make("p", null, `90% interval ${signed(gap.low)} to ${signed(gap.high)}.`),
    );
    for (const [label, tone] of [["Headline", headline.sensationalism], ["Author’s own words in the text", body.tone]]) {
      const words = `${label}: ${whole(tone.score)} of 100 (${Math.round(tone.low)} to ${Math.round(tone.high)})`;
      parts.push(make("p", { class: "label" }, words), scale(words, tone));
    }
    parts.push(...unsupported(gap));
  }
  if (body.bias !== null) {
    parts.push(
      terms([
        ["Bias of the author’s wording", `${body.bias.toFixed(2)} of 1`],
        ["Opinion", `${body.opinion.toFixed(2)} of 1`],
      ]),
    );
  }
  return section("gap", "Headline and text", parts);
}

function unsupported(gap) {
  if (gap.unsupported.length === 0) {
    return [make("p", null, "Nothing in the headline was found to lack support in the text.")];
  }
  const items = gap.unsupported.map((phrase) => make("li", null, `“${shown(phrase.text)}”`));
  return [make("h3", null, "Without support in the text, as far as the model sees"), make("ul", null, items)];
}

function frameSection({ text, body }) {
  if (body.frames.length === 0) return null;
  const points = Array.from(text);
  const present = body.frames.filter((frame) => frame.present);
  const absent = body.frames.filter((frame) => !frame.present).map((frame) => nameOf(frame.name));
  const rows = present.map((frame) => {
    const main = frame.name === body.primary_frame ? " (main frame)" : "";
    const number = `${Math.round(100 * frame.share)}%`;
    const passages = frame.passages.map(({ start, end }) =>
      make("blockquote", null, make("p", null, shown(points.slice(start, end).join("")))),
    );
    return make("li", null, make("details", null, barRow("summary", nameOf(frame.name) + main, frame.share, number), passages));
  });
  return section(
    "frames",
    "How the text frames the story",
    make("p", null, present.length ? "Share of the text in which each frame is present; open one to read where." : "No frame stands out."),
    present.length ? make("ul", { class: "bars" }, rows) : null,
    make("p", { class: "dim" }, `Not present: ${absent.join(", ") || "none"}.`),
  );
}

function textSection(result) {
  const { sentences } = result.body;
  const loaded = sentences.filter((sentence) => sentence.voice !== null).length;
  const article = make("div", { class: "article" }, paragraphs(result));
  openByHand(article, sentences);
  return section(
    "text",
    "The text",
    legend(result),
    sentences.length
      ? make("p", { class: "dim" }, `Loaded wording in ${loaded} of ${sentences.length} sentences. Click one for its figures, or reach it with Tab and the arrow keys and press Enter.`)
      : null,
    article,
  );
}

/** What the marks mean, of those that occur. */
function legend({ body, boilerplate }) {
  const used = new Set(body.sentences.flatMap((sentence) => sentence.phrases.map((phrase) => phrase.voice)));
  const items = Object.entries(VOICES)
    .filter(([voice]) => used.has(voice))
    .map(([voice, words]) => make("li", null, make("mark", { class: voice }, "Marked like this"), `: ${words} is loaded`));
  if (items.length === 0) items.push(make("li", null, "No loaded wording was found in the text."));
  if (boilerplate.length) items.push(make("li", null, "Grey, with a label: set aside, not part of the article, not scored"));
  return make("ul", { class: "legend" }, items);
}

/** The text in order: paragraphs of sentences, and what was set aside between them. */
function paragraphs({ text, headline, body, boilerplate }) {
  const points = Array.from(text);
  const wrapped = body.sentences.some((sentence) => sentence.text.includes("\n"));
  const breaks = wrapped ? /\n\s*\n/ : /\n/;
  const parts = [
    ...body.sentences.map((sentence, number) => ({ ...sentence, make: () => sentenceElement(points, sentence, number) })),
    ...boilerplate.map((aside) => ({ ...aside, make: () => asideElement(aside), block: true })),
  ];
  if (headline && headline.start !== null) {
    const end = headline.start + Array.from(headline.text).length;
    parts.push({ start: headline.start, end, make: () => null, block: true });
  }
  parts.sort((one, other) => one.start - other.start);
  const found = [];
  let paragraph = null;
  let position = 0;
  const add = (piece, between) => {
    if (paragraph === null || breaks.test(between)) found.push((paragraph = make("p")));
    paragraph.append(piece);
  };
  for (const part of [...parts, { start: points.length, end: points.length, make: () => null, block: true }]) {
    const between = points.slice(position, part.start).join("");
    if (between.trim()) add(shown(between), between);
    else if (paragraph !== null && !breaks.test(between)) paragraph.append(" ");
    const element = part.make();
    if (part.block) {
      paragraph = null;
      if (element !== null) found.push(element);
    } else {
      add(element, between.trim() ? "" : between);
    }
    position = part.end;
  }
  return found;
}

function asideElement({ kind, text }) {
  const label = make("span", { class: "aside-label" }, `Set aside: ${nameOf(kind)}`);
  return make("p", { class: "aside" }, label, " ", shown(text));
}

/** A sentence that can be opened, with its loaded phrases marked and explained to those who cannot see the marks. */
function sentenceElement(points, sentence, number) {
  const cut = (start, end) => shown(points.slice(start, end).join(""));
  const parts = [];
  let position = sentence.start;
  for (const phrase of sentence.phrases) {
    parts.push(cut(position, phrase.start));
    const hidden = ` (loaded ${phrase.weight.toFixed(2)}, ${VOICES[phrase.voice]})`;
    parts.push(make("mark", { class: phrase.voice }, cut(phrase.start, phrase.end), make("span", { class: "hidden" }, hidden)));
    position = phrase.end;
  }
  parts.push(cut(position, sentence.end));
  const attributes = { class: "sentence", role: "button", tabindex: number ? -1 : 0, "aria-expanded": "false" };
  return make("span", { ...attributes, "data-number": number }, parts);
}

/** One sentence is in the tab order, arrows lead to the others; a click, Enter or Space opens, Escape closes. */
function openByHand(article, sentences) {
  const elements = [...article.querySelectorAll(".sentence")];
  let open = null;
  const close = () => {
    article.querySelector(".detail")?.remove();
    open?.setAttribute("aria-expanded", "false");
    open?.removeAttribute("aria-controls");
    open = null;
  };
  const toggle = (element) => {
    const wasOpen = element === open;
    close();
    if (wasOpen) return;
    open = element;
    element.setAttribute("aria-expanded", "true");
    element.setAttribute("aria-controls", "detail");
    const number = Number(element.dataset.number);
    element.closest("p").after(detail(sentences[number], number));
  };
  const reach = (element) => {
    for (const other of elements) other.tabIndex = other === element ? 0 : -1;
    element.focus();
  };
  article.addEventListener("click", (event) => {
    const element = event.target.closest(".sentence");
    // who selects words to copy them does not want a sentence opened
    if (element === null || !document.getSelection().isCollapsed) return;
    reach(element);
    toggle(element);
  });
  article.addEventListener("keydown", (event) => {
    const at = elements.indexOf(event.target);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = elements.length - 1;
    const goals = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last };
    if (event.key in goals) reach(elements[Math.min(Math.max(goals[event.key], 0), last)]);
    else if (event.key === "Enter" || event.key === " ") toggle(event.target);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}

/** The figures of one sentence. */
function detail(sentence, number) {
  const phrases = sentence.phrases.map(
    (phrase) => `“${shown(phrase.text)}” (${phrase.weight.toFixed(2)}, ${VOICES[phrase.voice]})`,
  );
  const pairs = [
    ["Loaded wording", `${sentence.loaded.toFixed(2)} probable${sentence.voice ? `; ${VOICES[sentence.voice]}` : ""}`],
    ["Phrases", phrases.join(", ") || "none"],
    ["Main device", sentence.kind === null ? "none" : nameOf(sentence.kind)],
    ["Bias, 0 to 1", sentence.bias.toFixed(2)],
    ["Opinion, 0 to 1", sentence.opinion.toFixed(2)],
    ["Tone of the author’s words", sentence.tone === null ? "too few of them" : `${whole(sentence.tone)} of 100`],
  ];
  return make(
    "div",
    { id: "detail", class: "detail", role: "group", "aria-label": `Sentence ${number + 1}`, "aria-live": "polite" },
    make("p", { class: "dim" }, `Sentence ${number + 1}`),
    terms(pairs),
  );
}
