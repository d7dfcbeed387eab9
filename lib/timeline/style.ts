/** The style sheet of the picture: light, or dark by the colour scheme of the reader. */

/** 24 colours from blue over green to orange, by the place in the source. */
const COLOURS = Array.from(
  { length: 24 },
  (_, at) => `.c${at}{stroke:hsl(${Math.round(250 - (at * 215) / 23)} 62% var(--l))}`,
);

export const STYLE: string = [
  'svg{--page:#fff;--ink:#1f2328;--dim:#59636e;--idle:#eef0f3;--tick:#d8dce1;--bad:#b3001e;--onbad:#fff;--l:66%}',
  '@media(prefers-color-scheme:dark){svg{--page:#0d1117;--ink:#e6edf3;--dim:#9aa4af;--idle:#1b2129;--tick:#323a44;--bad:#ff6b81;--onbad:#111;--l:66%}}',
  'text{font:11px system-ui,sans-serif;fill:var(--dim)}',
  '.title{font-size:15px;font-weight:600;fill:var(--ink)}.said{font-size:12px}',
  '.label{text-anchor:end}.time{text-anchor:middle}.number{text-anchor:middle;font-size:10px;fill:#111;pointer-events:none}.bad{fill:var(--onbad)}',
  '.page{fill:var(--page)}.idle{fill:var(--idle)}.tick{stroke:var(--tick)}.over{fill:transparent}',
  'path{shape-rendering:crispEdges}.way{shape-rendering:auto;fill:none;stroke:var(--dim);stroke-width:.7;opacity:.5}.failed{fill:var(--bad)}',
  ...COLOURS,
].join('');
