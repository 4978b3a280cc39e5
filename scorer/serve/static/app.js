// The form: what was pasted goes to the server, what comes back is shown. Nothing is kept in the browser.

import { articleSections, warnings } from "/article.js";
import { make, whole } from "/dom.js";
import { headlineSection } from "/headline.js";

const EXAMPLES = {
  "a plain headline": "Parish council ends grant to brass band after 40 years",
  "a hot one": "Fury as heartless council AXES beloved brass band: 'They have ripped out our soul'",
  "an article": `Fury as heartless council AXES beloved brass band: 'They have ripped out our soul'

By Imke Sallow

The parish council of Nether Wexley voted on Monday to end its yearly grant of 900 pounds to the brass band.

"This is a shameless betrayal of everything the village stands for," said Odile Farrow, who has played the cornet since 1998.

READ MORE: Which villages still have a band?

The clerk, Ben Tarrow, said that the band would keep its uniforms and the rehearsal room. The disastrous decision was made in nine minutes.

Two councillors voted against it. The money will go to the repair of the footbridge, which has been closed since the flood in March.

No comments:

Post a Comment
`,
};
const HTML = /^\s*<(!doctype|html|head|body|article|main|section|div|h1|p)\b/i;
const ADDRESS = /^https?:\/\/\S+$/i;
const MAX_HEADLINE = 400;

const byId = (id) => document.getElementById(id);
const [form, input, apart, kind, status, alert_, result] = ["form", "input", "apart", "kind", "status", "alert", "result"].map(byId);
const service = await (await fetch("/v1/service")).json();
let running = null;

/** The lines that say something. */
const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

/** What a text will be read as, and what is sent for it. */
function reading() {
  const text = input.value;
  const found = lines(text);
  const as = new FormData(form).get("as");
  if (found.length === 0) return null;
  if (found.length === 1 && ADDRESS.test(found[0]) && as !== "headlines") {
    return { name: "an address", path: "/v1/articles", body: { url: found[0] } };
  }
  const single = found.length === 1 && Array.from(found[0]).length <= MAX_HEADLINE && !HTML.test(text);
  if (as === "headlines" || (as === "auto" && single && !apart.value.trim())) {
    const name = found.length === 1 ? "a headline" : `${found.length} headlines`;
    return { name, path: "/v1/headlines", body: { texts: found } };
  }
  const headline = apart.value.trim() ? { headline: apart.value.trim() } : {};
  const html = HTML.test(text);
  return { name: html ? "an article in HTML" : "an article", path: "/v1/articles", body: { [html ? "html" : "text"]: text, ...headline } };
}

/** Why a reading cannot be sent, or null. */
function objection({ body }, size) {
  const { limits, urls } = service;
  if (body.url !== undefined && !urls) return "This server fetches no addresses. Open the page and paste its text.";
  if (body.texts?.length > limits.headlines) return `These are ${body.texts.length} headlines; at most ${limits.headlines} go at once.`;
  if (body.text?.length > 2 * limits.characters || size > limits.body_bytes) return "The text is too long; paste a part of it.";
  return null;
}

/** Ask the server; its problems become errors with a sentence. */
async function ask(path, json, signal) {
  let answer;
  try {
    answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: json, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server cannot be reached. Is “scorer serve” still running?");
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({ detail: `The server answered ${answer.status}.` }));
  throw new Error(problem.detail[0].toUpperCase() + problem.detail.slice(1));
}

async function score() {
  running?.abort();
  form.removeAttribute("aria-busy");
  const wanted = reading();
  alert_.textContent = "";
  result.replaceChildren();
  if (wanted === null) {
    status.textContent = "";
    alert_.textContent = "There is no text yet: paste a headline or an article.";
    input.focus();
    return;
  }
  const json = JSON.stringify(wanted.body);
  const refused = objection(wanted, new Blob([json]).size);
  if (refused !== null) {
    status.textContent = "";
    alert_.textContent = refused;
    return;
  }
  const controller = (running = new AbortController());
  status.textContent = "Scoring…";
  form.setAttribute("aria-busy", "true");
  try {
    const found = await (await ask(wanted.path, json, controller.signal)).json();
    show(found, json);
  } catch (error) {
    if (error.name === "AbortError") return;
    status.textContent = "";
    alert_.textContent = error.message;
  }
  if (running === controller) form.removeAttribute("aria-busy");
}

/** Show what came back and lead there. */
function show(found, json) {
  const headlines = found.results ?? (found.headline ? [found.headline] : []);
  const sections = headlines.map((headline, at) => headlineSection(headline, at + 1, service, disagree));
  if (found.results === undefined) {
    const note = warnings(found);
    result.append(actions(json), ...(note ? [note] : []), ...sections, ...articleSections(found));
  } else {
    result.append(...sections);
  }
  const model = found.model ?? headlines[0].model;
  result.append(make("p", { class: "dim" }, `Model ${model.name} ${model.version}.`));
  const heat = headlines.length === 1 ? headlines[0].sensationalism : null;
  status.textContent = heat ? `Scored: ${whole(heat.score)} of 100, ${heat.band}.` : "Scored.";
  result.focus({ preventScroll: true });
  status.scrollIntoView({ block: "start" });
}

/** The button for the report, which the server makes anew from the same text. */
function actions(json) {
  const button = make("button", { type: "button" }, "Download the report");
  button.addEventListener("click", async () => {
    button.disabled = true;
    alert_.textContent = "";
    try {
      const page = await (await ask("/v1/articles/report", json)).blob();
      const address = URL.createObjectURL(page);
      make("a", { href: address, download: "wording-report.html" }).click();
      URL.revokeObjectURL(address);
      status.textContent = "The report was downloaded.";
    } catch (error) {
      alert_.textContent = error.message;
    }
    button.disabled = false;
    button.focus();
  });
  return make("p", { class: "actions" }, button);
}

async function disagree(text, own) {
  try {
    await ask("/v1/feedback", JSON.stringify({ text, score: own }));
    return "Kept. Thank you.";
  } catch (error) {
    return error.message;
  }
}

function hint() {
  const found = reading();
  kind.textContent = found ? `Read as ${found.name}.` : "";
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  score();
});
form.addEventListener("input", hint);
input.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
byId("clear").addEventListener("click", () => {
  running?.abort();
  form.reset();
  form.removeAttribute("aria-busy");
  result.replaceChildren();
  status.textContent = alert_.textContent = "";
  hint();
  input.focus();
});
for (const [name, text] of Object.entries(EXAMPLES)) {
  const button = make("button", { type: "button" }, name);
  button.addEventListener("click", () => {
    form.reset();
    input.value = text;
    hint();
    score();
  });
  byId("examples").append(button);
}
if (service.feedback) byId("privacy").append(" Only “Keep my score”, under “Disagree”, stores a headline.");
if (service.urls) byId("privacy").append(" An address is fetched from its site by that program.");
hint();
