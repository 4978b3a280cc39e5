"""How the page of an article looks: for a phone first, light and dark, and on paper."""

from typing import Final

#: Text and background of each pair differ by at least 4.5 to 1 (WCAG AA) in both modes; a test works it out.
STYLE: Final = """
:root {
  --page: #fbfaf7; --card: #ffffff; --text: #1c1b19; --dim: #5f5c56; --line: #d9d5cc; --link: #14509c;
  --author: #ffe39a; --author-line: #a03c00; --quoted: #e3ecfb; --quoted-line: #2d5fa8;
  --range: #b9c6dc; --bar: #3d6cb0; --track: #e8e5de; --note: #fdf0d5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #141517; --card: #1d1f22; --text: #ecebe7; --dim: #a9a69f; --line: #3a3c40; --link: #8fb8f5;
    --author: #5b4300; --author-line: #ffb454; --quoted: #203654; --quoted-line: #8fb8f5;
    --range: #46587a; --bar: #7ea6e6; --track: #2d2f33; --note: #3a2f14;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1rem; max-width: 46rem; background: var(--page); color: var(--text);
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
  overflow-wrap: anywhere;
}
.skip { position: absolute; left: -999rem; }
.skip:focus { position: static; }
.hidden {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
  user-select: none;
}
h1 { margin: .25rem 0 1.25rem; font-size: clamp(1.5rem, 5vw, 2.125rem); line-height: 1.25; }
h2 { margin: 0 0 .5rem; font-size: 1.25rem; line-height: 1.3; }
h3 { margin: 1rem 0 .25rem; font-size: 1rem; }
p, ul, ol, dl { margin: .5rem 0; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
section, .note {
  margin: 0 0 1rem; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
}
.note { background: var(--note); }
.note p, .note ul { margin: 0; }
.note ul, article ul { padding-left: 1.25rem; }
.tag, .dim, .ends, .label, footer { color: var(--dim); font-size: .9375rem; }
.tag { margin: 0; }
.label { margin: .75rem 0 .25rem; }
.score { font-size: 1.125rem; line-height: 1.4; }
.score strong { font-size: 2.25rem; line-height: 1; }
.scale { position: relative; height: 1.25rem; background: var(--track); border-radius: .25rem; }
.range, .point { position: absolute; top: 0; height: 100%; }
.range { background: var(--range); border-radius: .25rem; }
.point { width: .3125rem; margin-left: -.15625rem; background: var(--text); border-radius: .125rem; }
.ends { display: flex; justify-content: space-between; margin: .125rem 0 .5rem; }
dl div { display: flex; flex-wrap: wrap; gap: 0 .75rem; padding: .375rem 0; border-top: 1px solid var(--line); }
dt { flex: 0 0 13rem; color: var(--dim); }
dd { flex: 1 1 14rem; margin: 0; }
.bars, .legend { padding: 0; list-style: none; }
.row { display: grid; grid-template-columns: 13rem 1fr 3.5rem; gap: 0 .75rem; align-items: center; }
.row > :last-child { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
@media (max-width: 30rem) {
  .row { grid-template-columns: 1fr auto; padding: .5rem 0; }
  .row .bar { grid-row: 2; grid-column: 1 / -1; }
}
.bar { height: .75rem; background: var(--track); border-radius: .25rem; overflow: hidden; }
.bar span { display: block; height: 100%; background: var(--bar); }
summary { padding: .375rem 0; cursor: pointer; }
summary.row { list-style: none; }
summary.row::-webkit-details-marker { display: none; }
summary .name::before { content: "\\25B8"; display: inline-block; width: 1.125rem; color: var(--dim); }
[open] > summary .name::before { content: "\\25BE"; }
blockquote { margin: .25rem 0 .75rem; padding-left: .875rem; border-left: 3px solid var(--line); }
.legend { padding-bottom: .5rem; border-bottom: 1px solid var(--line); font-size: .9375rem; }
mark { padding: 0 .125em; color: var(--text); border-radius: .125em; -webkit-box-decoration-break: clone; }
mark.author, mark.both { background: var(--author); border-bottom: .125em solid var(--author-line); }
mark.quoted { background: var(--quoted); border-bottom: .125em dotted var(--quoted-line); }
mark.both { border-bottom-style: dashed; }
.aside { margin: .75rem 0; padding-left: .875rem; border-left: 3px solid var(--line); color: var(--dim); }
.aside, .aside summary { font-size: .9375rem; }
.aside ul { margin: 0 0 .25rem; padding: 0 0 0 1rem; list-style: none; }
li p { margin: 0 0 .125rem; }
ol li { margin: .75rem 0; }
span:target { outline: 2px solid var(--link); outline-offset: 2px; }
@media print { body { max-width: none; background: none; } section { border: 0; padding: 0; } .skip { display: none; } }
"""
