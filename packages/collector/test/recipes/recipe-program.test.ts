import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { withPrintMark } from '../../src/recipes/print-mark.js';
import { readRecipeProgram } from '../../src/recipes/recipe-program.js';

const shipped = fileURLToPath(new URL('../../recipes/', import.meta.url));

const kinds = (text: string) =>
  Object.fromEntries(
    [...readRecipeProgram(text).maps].map(([name, map]) => [
      name,
      map.kind === 'histogram' ? map.scheme.text : map.kind,
    ]),
  );
const faults = (text: string) => readRecipeProgram(text).faults;

describe('marking a print', () => {
  it('puts the mark into the one BEGIN that a program may have, or adds that', () => {
    const mark = '@zzz_printed = 1;';
    expect(withPrintMark('// BEGIN {\nBEGIN { @a = 1; }')).toBe(
      `// BEGIN {\nBEGIN { ${mark}  @a = 1; }`,
    );
    expect(withPrintMark('k:f { }')).toBe(`k:f { }\nBEGIN { ${mark} }\n`);
  });
});

describe('reading a recipe', () => {
  it('knows by its function how each map becomes a metric', () => {
    const program = `
      kprobe:f { @ = count(); @a[comm, args->x[1]] = sum(1); @b = min(2); @c=max(3);@d = avg(4);
        @e[pid] = hist(5); @f = lhist(g(a, b), -10, 90, 10); @h = stats(1); @i++; @j[tid] += 2; }`;
    expect(kinds(program)).toEqual({
      '': 'counter',
      a: 'counter',
      b: 'gauge',
      c: 'gauge',
      d: 'gauge',
      e: 'quantize',
      f: 'lquantize:-10,90,10',
      h: 'counter',
      i: 'counter',
      j: 'counter',
    });
    expect(faults(program)).toEqual([]);
  });

  it('takes maps that are only assigned to for scratch', () => {
    expect(kinds('k:f { @t[tid] = nsecs; @x = count(); delete(@t[tid]); }')).toEqual({
      x: 'counter',
    });
  });

  it('does not read comments and strings', () => {
    const program = `/* @a = count() */ // @b = count()
      k:f { printf("@c = count() \\" clear(@d)"); @x = count(); }`;
    expect(kinds(program)).toEqual({ x: 'counter' });
    expect(faults(program)).toEqual([]);
  });

  it('refuses a program that resets its maps, and says where', () => {
    expect(faults('k:f { @x = count(); }\n\ninterval:s:1 { print(@x); clear( @x ); }')).toEqual([
      { line: 3, message: expect.stringContaining('no clear()') },
    ]);
  });

  it('refuses linear distributions whose range is not written out, or is none', () => {
    for (const range of ['0, $1, 10', '0, 100', '0, 100, 0', '100, 0, 10']) {
      expect(faults(`k:f { @x = lhist(1, ${range}); }`), range).not.toEqual([]);
    }
  });

  it('refuses a map that is aggregated in two ways, and a program without any', () => {
    expect(faults('k:f { @x = count(); } k:g { @x = hist(1); }')).toHaveLength(1);
    expect(faults('k:f { @x = lhist(1,0,9,1); } k:g { @x = lhist(1,0,8,1); }')).toHaveLength(1);
    expect(faults('k:f { @x = count(); } k:g { @x = count(); }')).toEqual([]);
    expect(faults('k:f { printf("hello"); }')).toHaveLength(1);
    expect(faults('')).toHaveLength(1);
  });

  it('accepts every recipe that is shipped', () => {
    const files = readdirSync(shipped);
    expect(files).toEqual([
      'bytes-read-by-process.bt',
      'nodejs-http-latency.bt',
      'off-cpu.bt',
      'page-faults.bt',
      'read-size-quantize.bt',
      'syscalls-by-execname.bt',
      'tcp-connects.bt',
    ]);
    for (const file of files) {
      const program = readRecipeProgram(readFileSync(`${shipped}${file}`, 'utf8'));
      expect(program.faults, file).toEqual([]);
      expect(program.maps.size, file).toBe(1);
    }
  });
});
