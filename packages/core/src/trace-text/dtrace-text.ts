import type { PrintedBucket, TraceItem } from './printed-aggregation.js';

const HEADER = /^\s*(value|key)\s+-+ Distribution -+\s+count\s*$/;
const BUCKET = /^\s*(<|>=)?\s*(-?\d+)\s*\|[@\- ]*\s(\d+)\s*$/;
const KEYED_BAR = /^\s*(\S.*?)\s*\|[@\- ]*\s(-?\d+)\s*$/;
const KEYED_NUMBER = /^\s+(\S.*?)\s+(-?\d+)\s*$/;
const NUMBER = /^\s+(-?\d+)\s*$/;
const DROPS = /^dtrace: (\d+) (.*drops?)\b/;

/** Lines of a key (a stack, say) beyond this many are let go. */
const MOST_KEY_LINES = 256;

/**
 * Reads what `printa()` and the end of a DTrace program print: tables of keys and numbers, and
 * distributions (`quantize`, `lquantize`, `llquantize`) with their bars. Feed it line by line.
 * Keys of several parts stand two blanks apart; keys of several lines (stacks) are joined by `;`.
 * Everything else is text.
 */
export class DtraceTextParser {
  #mode: 'lines' | 'buckets' | 'bars' = 'lines';
  /** Indented lines that may turn out to be the key of what follows. */
  #pending: string[] = [];
  #keys: readonly string[] = [];
  #rows: PrintedBucket[] = [];

  /** What is known after one more line, without its line end. */
  push(line: string): readonly TraceItem[] {
    const header = HEADER.exec(line);
    if (header) {
      const items = this.#closeDistribution();
      this.#mode = header[1] === 'key' ? 'bars' : 'buckets';
      this.#keys = this.#takeKeys();
      return items;
    }
    if (line.trim() === '') return this.#closeDistribution();
    if (this.#mode === 'buckets') return this.#bucketRow(line);
    const bar = this.#mode === 'bars' ? KEYED_BAR.exec(line) : null;
    if (bar) return [number(keysOf(bar[1] as string), Number(bar[2]))];
    return [...this.#closeDistribution(), ...this.#plainLine(line)];
  }

  /** What is known once there are no more lines. */
  end(): readonly TraceItem[] {
    return this.#closeDistribution();
  }

  #bucketRow(line: string): readonly TraceItem[] {
    const row = BUCKET.exec(line);
    if (!row) {
      const items = this.#closeDistribution();
      if (!line.includes('|')) return [...items, ...this.#plainLine(line)];
      return [...items, { kind: 'malformed', expected: 'a row of a distribution', found: line }];
    }
    const side = row[1] === '<' ? 'below' : row[1] === '>=' ? 'above' : 'within';
    const at = Number(row[2]);
    const before = this.#rows.at(-1);
    if (before && (at < before.at || (at === before.at && before.side !== 'below'))) {
      const expected = `a row above ${before.at}`;
      return [...this.#closeDistribution(), { kind: 'malformed', expected, found: line }];
    }
    if (before?.side === 'within') {
      this.#rows[this.#rows.length - 1] = { ...before, to: at - 1 };
    }
    this.#rows.push({ side, at, count: Number(row[3]) });
    return [];
  }

  #plainLine(line: string): readonly TraceItem[] {
    const alone = NUMBER.exec(line);
    if (alone) return [number(this.#takeKeys(), Number(alone[1]))];
    const keyed = KEYED_NUMBER.exec(line);
    if (keyed) {
      this.#pending = [];
      return [number(keysOf(keyed[1] as string), Number(keyed[2]))];
    }
    if (/^\s/.test(line)) {
      if (this.#pending.length < MOST_KEY_LINES) this.#pending.push(line.trim());
      return [];
    }
    this.#pending = [];
    const drops = DROPS.exec(line);
    if (drops) return [{ kind: 'lost', cause: `dtrace ${drops[2]}`, count: Number(drops[1]) }];
    return [{ kind: 'text', text: line.trim() }];
  }

  #takeKeys(): readonly string[] {
    const lines = this.#pending;
    this.#pending = [];
    if (lines.length > 1) return [lines.join(';')];
    return lines.flatMap(keysOf);
  }

  #closeDistribution(): readonly TraceItem[] {
    const rows = this.#rows;
    const keys = this.#keys;
    this.#mode = 'lines';
    this.#rows = [];
    this.#keys = [];
    if (rows.length === 0) return [];
    return [{ kind: 'aggregation', aggregation: { name: '', keys, result: rows } }];
  }
}

function keysOf(text: string): readonly string[] {
  return text.trim().split(/\s{2,}/);
}

function number(keys: readonly string[], result: number): TraceItem {
  return { kind: 'aggregation', aggregation: { name: '', keys, result } };
}
