/** The style sheet of a page; colours are those of the graph's pictures. */
export function pageStyle(style: 'plain' | 'sketch', font: string): string {
  return `${BASE.replace('FONT', font)}${style === 'sketch' ? SKETCH : ''}`;
}

const BASE = `
:root { color-scheme: light dark; --paper: #ffffff; --card: #f6f8fa; --ink: #1f2328; --faint: #59626c;
  --line: #d8dee4; --accent: #1b6aa5; --heat: #0a4f8f; --good: #1a6b3a; --odd: #caa64b;
  --warning: #c98500; --warning-ink: #7a4f00; --critical: #c1272d; --known: #8a6fc9; }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #0d1117; --card: #161b22; --ink: #e6edf3; --faint: #9aa4af;
    --line: #30363d; --accent: #6cb6ff; --heat: #6cb6ff; --good: #6fdd8b; --odd: #a98c46;
    --warning: #f0b23e; --warning-ink: #f0b23e; --critical: #ff7b72; --known: #a48ee0; }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4.5rem; }
body { margin: 0; font: 16px/1.55 FONT; color: var(--ink); background: var(--paper); }
header, main, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -.015em; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; letter-spacing: -.01em; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .4rem; overflow-wrap: anywhere; }
a { color: var(--accent); }
a:focus-visible, summary:focus-visible, .wide:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -100vw; } .skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem; z-index: 2; }
nav { position: sticky; top: 0; z-index: 1; background: var(--paper); border-bottom: 1px solid var(--line); margin-top: 1.25rem; }
nav ul { max-width: 68rem; margin: 0 auto; padding: .45rem 1.25rem; list-style: none; display: flex; flex-wrap: wrap; gap: 0 .95rem;
  white-space: nowrap; font-size: .84rem; }
nav a { text-decoration: none; display: block; padding: .2rem 0; } nav a:hover { text-decoration: underline; }
section { padding: 2.2rem 0 .4rem; } section + section { border-top: 1px solid var(--line); margin-top: 1.8rem; }
p { margin: .4rem 0; max-width: 62rem; } .lead, .faint { color: var(--faint); } .lead { font-size: .95rem; margin-bottom: 1rem; }
.faint { font-weight: 400; font-size: .9em; }
.notice { border-left: 4px solid var(--warning); padding: .4rem .9rem; background: var(--card); }
.verdict { font-size: 1.08rem; border-left: 5px solid var(--good); background: var(--card); padding: .8rem 1.1rem;
  border-radius: 0 8px 8px 0; max-width: none; overflow-wrap: anywhere; }
.verdict.warning { border-color: var(--warning); } .verdict.critical { border-color: var(--critical); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .6rem; margin: 1.1rem 0; }
.tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .8rem; }
.tiles dt { font-size: .78rem; color: var(--faint); } .tiles dd { margin: 0; font-size: 1.08rem; font-weight: 600; overflow-wrap: anywhere; }
ul { padding-left: 1.2rem; } li { margin: .2rem 0; overflow-wrap: anywhere; }
figure { margin: .3rem 0 1rem; } .wide { overflow-x: auto; }
figure svg { display: block; width: 100%; min-width: 620px; height: auto; }
.legend { list-style: none; padding: 0; margin: .35rem 0 0; display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; font-size: .84rem; }
.legend li { margin: 0; } figure .swatch { display: inline-block; width: .8rem; min-width: 0; height: .8rem; margin-right: .4rem; vertical-align: -.06rem; }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(27rem, 100%), 1fr)); gap: 0 2rem; }
.pairs figure svg { min-width: 0; } .pairs h3 { font-size: .88rem; margin: .6rem 0 .1rem; }
table { border-collapse: collapse; font-size: .87rem; width: 100%; }
caption { text-align: left; font-weight: 600; padding: .9rem 0 .35rem; }
th, td { text-align: left; padding: .32rem .9rem .32rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
thead th { font-size: .78rem; color: var(--faint); font-weight: 600; vertical-align: bottom; white-space: nowrap; }
tbody th { overflow-wrap: anywhere; min-width: 9rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.cell { list-style: none; padding: 0; margin: 0; } .cell li { margin: 0 0 .15rem; }
code { font: .92em ui-monospace, 'DejaVu Sans Mono', monospace; }
time { white-space: nowrap; font-variant-numeric: tabular-nums; }
details { border: 1px solid var(--line); border-radius: 8px; padding: .1rem .9rem; margin: .7rem 0; }
summary { cursor: pointer; padding: .45rem 0; font-weight: 600; font-size: .92rem; }
.badge { font-size: .76rem; font-weight: 600; padding: .06rem .5rem; border-radius: 99px; border: 1.5px solid; white-space: nowrap; }
.badge.warning { color: var(--warning-ink); } .badge.critical { color: var(--critical); }
.spark { width: 120px; height: 22px; display: block; } .spark .line { stroke: var(--accent); stroke-width: 1.3; }
.mark { width: 120px; height: 12px; vertical-align: middle; margin-right: .5rem; }
.share { display: flex; align-items: center; gap: .6rem; white-space: nowrap; } .bar { width: 9rem; height: .62rem; border-radius: 2px; }
.mark circle { stroke: var(--paper); stroke-width: 1.5; }
.axis { stroke: var(--faint); fill: none; } .grid { stroke: var(--line); fill: none; }
.tick { font-size: 12px; fill: var(--faint); font-variant-numeric: tabular-nums; } .end { text-anchor: end; } .middle { text-anchor: middle; }
.band { fill-opacity: .88; stroke: var(--paper); stroke-width: .4; }
.line { fill: none; stroke-width: 1.6; stroke-linejoin: round; } .heat { fill: var(--heat); }
.tip { fill: transparent; } .tip:hover { fill: var(--ink); fill-opacity: .07; }
.lane { fill: var(--line); fill-opacity: .45; } .calm { fill: var(--accent); fill-opacity: .22; } .odd { fill: var(--odd); }
.usual { fill: var(--accent); } svg .warning { fill: var(--warning); } svg .critical { fill: var(--critical); }
svg .limit { fill: none; stroke-dasharray: 6 4; stroke-width: 1.3; } svg .limit.warning { stroke: var(--warning); } svg .limit.critical { stroke: var(--critical); }
.known { fill: var(--known); fill-opacity: .16; } .known.wrong { fill: var(--critical); fill-opacity: .16; }
.marker { stroke: var(--known); stroke-opacity: .55; stroke-dasharray: 1.5 2.5; fill: none; }
.graph .bg { fill: transparent; } .graph figure svg { width: auto; max-width: 100%; margin: 0 auto; }
footer { color: var(--faint); font-size: .85rem; padding-top: 2rem; padding-bottom: 3rem; }
@media (max-width: 48rem) { nav { position: static; } html { scroll-padding-top: 1rem; } }
@media print {
  body { font-size: 10.5pt; } header, main, footer { max-width: none; padding: 0; } nav, .skip { display: none; }
  section { padding-top: 1rem; } section + section { margin-top: .8rem; } h2, h3, caption { break-after: avoid; }
  figure, tr, .tiles div { break-inside: avoid; } .wide { overflow: visible; } figure svg { min-width: 0; }
  .pairs { grid-template-columns: 1fr 1fr; } svg, .badge { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  a { color: inherit; text-decoration: none; }
}`;

/** By hand: outlines waver, corners are uneven. */
const SKETCH = `
.ink { filter: url(#hand); }
.tiles div, details, .verdict { border-radius: 255px 18px 225px 16px / 16px 225px 16px 255px; border: 1.6px solid var(--ink); }
.verdict { border-left-width: 5px; } section + section { border-top: 2px dashed var(--line); }
h1, h2 { letter-spacing: 0; } .badge { border-radius: 20px 6px 16px 8px / 8px 16px 6px 20px; }`;
