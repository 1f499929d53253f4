import { describe, expect, test } from 'vitest';
import { htmlList, htmlPage, htmlTable, scoreChart, type View } from '../src/index.js';

const HOSTILE = '<script>alert("x")</script>\u202e&\'';

const view: View<{ readonly name: string; readonly n: number }> = {
  columns: [
    { name: 'name', value: (row) => row.name },
    { name: 'n', value: (row) => row.n },
  ],
  record: (row) => row,
};

describe('a page', () => {
  test('lets no name become markup, and forbids whatever is not style', () => {
    const page = htmlPage(HOSTILE, [
      { title: HOSTILE, html: htmlList([HOSTILE]) },
      { title: 'table', html: htmlTable(view, [{ name: HOSTILE, n: 1 }]) },
    ]);
    expect(page).not.toMatch(/<script/i);
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;\\u202e&amp;&#39;');
    expect(page).toContain("default-src 'none'; style-src 'unsafe-inline'");
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  });

  test('says how many rows it leaves out', () => {
    const rows = Array.from({ length: 250 }, (_, n) => ({ name: 'x', n }));
    expect(htmlTable(view, rows)).toContain('and 50 more rows');
    expect(htmlTable(view, [])).toContain('nothing');
  });
});

describe('the chart of scores', () => {
  test('has at most one bar a pixel, keeps the largest, and marks what was anomalous', () => {
    const points = Array.from({ length: 5_000 }, (_, i) => ({
      ts: i * 1_000,
      score: i === 2_500 ? 9 : 0.1,
      anomalous: i === 2_500,
    }));
    const svg = scoreChart({ points, warn: 4 });
    expect(svg.match(/stroke="#2e90fa"/g)?.length).toBeLessThanOrEqual(960);
    expect(svg.match(/stroke="#d92d20"/g)).toHaveLength(1);
    expect(svg).toContain('warn 4');
  });

  test('of one tick, or none, is still something', () => {
    expect(scoreChart({ points: [{ ts: 1, score: 0, anomalous: false }], warn: 1 })).toMatch(
      /<svg/,
    );
    expect(scoreChart({ points: [], warn: 1 })).toContain('no ticks');
  });
});
