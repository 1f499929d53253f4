import fc from 'fast-check';
import graphology from 'graphology';
import { describe, expect, it } from 'vitest';
import { printable, xmlText } from '../src/export/escape.js';
import {
  buildGraph,
  formatGraph,
  GRAPH_FORMATS,
  toDot,
  toGexf,
  toGraphml,
  toJson,
  toMermaid,
  toSvg,
} from '../src/index.js';
import { HOSTILE_NAMES, hostileScene } from './hostile.js';
import { scene, webScene } from './scene.js';

const web = () => buildGraph(webScene(), { model: 'web', indirect: true });
const hostile = () => buildGraph(hostileScene(), { model: HOSTILE_NAMES[2] });
/** What no text format may carry, but for line breaks. */
const FORBIDDEN = /(?!\n)\p{Cc}|\p{Cs}|[\u200b\u202e\u2060\ufeff\ufffe\uffff]/u;

describe.each(GRAPH_FORMATS)('the %s export', (format) => {
  it('gives the same bytes for the same model', () => {
    expect(formatGraph(web(), format)).toBe(formatGraph(web(), format));
  });

  it('writes a graph without nodes', () => {
    expect(formatGraph(buildGraph(scene([])), format).length).toBeGreaterThan(5);
  });

  it('lets no control character or reversed text of a name through', () => {
    expect(formatGraph(hostile(), format)).not.toMatch(FORBIDDEN);
  });
});

describe('toJson', () => {
  it('writes what graphology reads back unchanged', () => {
    const graph = web();
    const { from } = graphology as unknown as { from(data: object): typeof graph };
    const read = from(JSON.parse(toJson(graph)));
    expect(read.export()).toEqual(graph.export());
    expect(read.getAttribute('model')).toBe('web');
  });
});

describe('toDot', () => {
  it('draws width as strength, inferred as dashed and unknown directions without an arrow', () => {
    const dot = toDot(web());
    expect(dot).toMatch(
      /"process:nginx.service\/nginx" -> "process:node" \[[^\]]*style = "solid"/s,
    );
    expect(dot).toMatch(/style = "dashed"/);
    expect(dot).toMatch(/dir = "none"/);
  });
});

describe('toGraphml and toGexf', () => {
  it('write an undirected edge as two opposite ones that say so', () => {
    for (const text of [toGraphml(web()), toGexf(web())]) {
      const ends =
        'source="process:nginx.service/nginx" target="process:redis.service/redis-server"';
      const back =
        'source="process:redis.service/redis-server" target="process:nginx.service/nginx"';
      expect(text).toContain(ends);
      expect(text).toContain(back);
    }
  });

  it('escape markup in names', () => {
    for (const text of [toGraphml(hostile()), toGexf(hostile())]) {
      expect(text).not.toContain('<script>');
      expect(text).toContain('&lt;script');
    }
  });
});

describe('toMermaid', () => {
  it('writes every special character of a label as an entity', () => {
    const labels = toMermaid(hostile())
      .split('\n')
      .filter((line) => line.includes('["'));
    expect(labels).toHaveLength(HOSTILE_NAMES.length);
    for (const label of labels) expect(label).toMatch(/^ {2}n\d+\["[\p{L}\p{N} .:/_#;-]*"\]$/u);
  });
});

describe('toSvg', () => {
  it('carries no script and no markup of a name', () => {
    const svg = toSvg(hostile());
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;script&gt;');
  });

  it('draws one theme, or both by the setting of the reader', () => {
    expect(toSvg(web())).toContain('prefers-color-scheme:dark');
    expect(toSvg(web(), { theme: 'dark' })).not.toContain('prefers-color-scheme');
    expect(toSvg(web(), { theme: 'dark' })).toContain('#0d1117');
  });

  it('says the window, n, the thresholds and what is not shown', () => {
    const svg = toSvg(buildGraph(webScene(), { model: 'web' }));
    expect(svg).toContain('2026-01-05 12:00 – 2026-01-05 12:30 UTC');
    expect(svg).toContain('n = 1800');
    expect(svg).toContain('1 indirect');
  });

  it('draws the same unsteady hand every time in the sketch style', () => {
    const sketch = toSvg(web(), { style: 'sketch' });
    expect(toSvg(web(), { style: 'sketch' })).toBe(sketch);
    expect(sketch).not.toBe(toSvg(web()));
  });
});

describe('printable and xmlText', () => {
  it('leave nothing that XML forbids, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cs}\ufffe\uffff]/u);
        expect(xmlText(text)).not.toMatch(/[<>"']/);
        expect(xmlText(text)).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#39;)/);
      }),
    );
  });
});
