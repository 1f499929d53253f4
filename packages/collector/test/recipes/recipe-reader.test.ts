import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { readRecipeProgram } from '../../src/recipes/recipe-program.js';
import { RecipeReader } from '../../src/recipes/recipe-reader.js';
import { SourceAdmission } from '../../src/tick/source-limits.js';
import { TickDraft } from '../../src/tick/tick-draft.js';

const fake = fileURLToPath(new URL('../fixtures/fake-bpftrace.mjs', import.meta.url));
const how = { command: process.execPath, before: [fake] };

describe('reading a recipe’s maps', () => {
  const readers: RecipeReader[] = [];
  afterEach(async () => {
    for (const reader of readers.splice(0)) await reader.close();
  });

  /** A reader whose bpftrace prints these lines, print after print; the first is the baseline. */
  async function reading(maps: string, prints: readonly (readonly object[])[], maxSeries = 100) {
    const program = readRecipeProgram(`k:f { ${maps} }`);
    expect(program.faults).toEqual([]);
    const lines = prints.map((print) => print.map((line) => JSON.stringify(line)));
    const recipe = { name: 'classic', text: JSON.stringify(lines), maps: program.maps };
    const reader = new RecipeReader(recipe, { how, maxSeries });
    readers.push(reader);
    await reader.start();
    await reader.baseline();
    return async () => {
      const draft = new TickDraft(new SourceAdmission({ maxSources: 1 }));
      await reader.read(draft);
      const samples = draft
        .samples()
        .map((sample) => [
          sample.name,
          Object.fromEntries(sample.values),
          ...[...(sample.histograms ?? [])].map(([metric, { scheme, counts }]) => [
            metric,
            scheme,
            Object.fromEntries(counts),
          ]),
        ]);
      return { samples, lost: draft.lost() };
    };
  }

  it('gives the growth of counts since the print before, one source a key', async () => {
    const next = await reading('@calls[comm] = count();', [
      [{ type: 'map', data: { '@calls': { nginx: 5 } } }],
      [{ type: 'map', data: { '@calls': { nginx: 9, redis: 2 } } }],
      [{ type: 'map', data: { '@calls': { nginx: 9, redis: 3 } } }],
    ]);
    expect(await next()).toEqual({
      samples: [
        ['nginx', { calls: 4 }],
        ['redis', { calls: 2 }],
      ],
      lost: {},
    });
    expect((await next()).samples).toEqual([
      ['nginx', {}],
      ['redis', { calls: 1 }],
    ]);
  });

  it('gives distributions as the growth of their buckets, over all prints in one scheme', async () => {
    const hist = (count: number) => [{ min: 4, max: 7, count }];
    const next = await reading('@s[comm] = hist(1); @l = lhist(1, 0, 100, 10);', [
      [],
      [
        { type: 'hist', data: { '@s': { node: hist(3) } } },
        {
          type: 'lhist',
          data: {
            '@l': [
              { max: -1, count: 1 },
              { min: 0, max: 9, count: 2 },
            ],
          },
        },
      ],
      [
        { type: 'hist', data: { '@s': { node: hist(5) } } },
        { type: 'lhist', data: { '@l': [{ min: 100, count: 7 }] } },
      ],
    ]);
    expect((await next()).samples).toEqual([
      ['classic', {}, ['l', 'lquantize:0,100,10', { 0: 1, 1: 2 }]],
      ['node', {}, ['s', 'quantize', { 66: 3 }]],
    ]);
    expect((await next()).samples).toEqual([
      ['classic', {}, ['l', 'lquantize:0,100,10', { 11: 7 }]],
      ['node', {}, ['s', 'quantize', { 66: 2 }]],
    ]);
  });

  it('gives gauges as they stand, zero too, and of statistics the count and the total', async () => {
    const next = await reading('@low = min(1); @st = stats(1); @count = count(); @t = nsecs;', [
      [],
      [
        { type: 'map', data: { '@low': 0 } },
        { type: 'stats', data: { '@st': { count: 4, average: 5, total: 20 } } },
        { type: 'map', data: { '@count': 7 } },
        { type: 'map', data: { '@t': 123456 } },
      ],
    ]);
    expect((await next()).samples).toEqual([
      ['classic', { low: 0, 'st.count': 4, 'st.total': 20, count: 7 }],
    ]);
  });

  it('counts what bpftrace lost, lines that are none, and numbers too large to be exact', async () => {
    const next = await reading('@x[comm] = count();', [
      [],
      [
        { type: 'lost_events', data: { events: 12 } },
        { hello: 'world' },
        { type: 'map', data: { '@x': { a: 2 ** 60 } } },
      ],
    ]);
    expect(await next()).toEqual({
      samples: [],
      lost: {
        'recipe.events-lost': 12,
        'recipe.lines-malformed': 1,
        'recipe.numbers-too-large': 1,
      },
    });
  });

  it('keeps to its number of series, and counts the rest as lost', async () => {
    const next = await reading(
      '@x[comm] = count();',
      [[], [{ type: 'map', data: { '@x': { a: 1, b: 1, c: 1 } } }]],
      2,
    );
    const { samples, lost } = await next();
    expect(samples.map(([name]) => name)).toEqual(['a', 'b']);
    expect(lost).toEqual({ 'recipe.series-over-limit': 1 });
  });

  it('says in each tick that a recipe has ended', async () => {
    const maps = readRecipeProgram('k:f { @x = count(); }').maps;
    const reader = new RecipeReader({ name: 'r', text: 'die', maps }, { how, maxSeries: 1 });
    readers.push(reader);
    await reader.start();
    for (let tick = 0; tick < 2; tick++) {
      const draft = new TickDraft(new SourceAdmission({ maxSources: 1 }));
      await reader.read(draft);
      expect(draft.lost()).toEqual({ 'recipe.ended': 1 });
    }
  });

  it('says what bpftrace said when it refuses a recipe or is not there', async () => {
    const maps = readRecipeProgram('k:f { @x = count(); }').maps;
    const refused = new RecipeReader({ name: 'r', text: 'refuse', maps }, { how, maxSeries: 1 });
    await expect(refused.start()).rejects.toMatchObject({
      code: 'COLLECT-2005',
      exitCode: 5,
      message: 'r: ERROR: tracepoint not found: no:such',
    });
    const nowhere = { command: '/nonexistent/bpftrace', before: [] };
    const missing = new RecipeReader({ name: 'r', text: '', maps }, { how: nowhere, maxSeries: 1 });
    await expect(missing.start()).rejects.toMatchObject({
      code: 'COLLECT-2005',
      message: expect.stringContaining('not found'),
    });
  });
});
