import { describe, expect, it } from 'vitest';
import { blindBeyond, couldSee, globPattern } from '../src/index.js';

describe('a glob of names', () => {
  it('reads every character but * and ? as itself', () => {
    expect(globPattern('a.b[0]+(c)').test('a.b[0]+(c)')).toBe(true);
    expect(globPattern('a.b').test('axb')).toBe(false);
    expect(globPattern('*').test('a/b')).toBe(true);
    expect(globPattern('a?').test('a')).toBe(false);
  });

  it('tells from what a recording was blind to which names it could have seen', () => {
    expect(couldSee(['latency'])('anything')).toBe(true);
    const some = couldSee(['latency', blindBeyond('web-*'), blindBeyond('db')]);
    expect(['web-1', 'db', 'dbx', 'cron'].map(some)).toEqual([true, true, false, false]);
  });
});
