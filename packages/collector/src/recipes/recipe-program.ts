import { type BucketScheme, lquantizeScheme, parseScheme, quantizeScheme } from '@ethogram/core';

/** How a map of a recipe becomes a metric. */
export type RecipeMap =
  /** Counts up since the start: its growth is the metric. */
  | { readonly kind: 'counter' }
  /** Stands as it is printed. */
  | { readonly kind: 'gauge' }
  /** A distribution that counts up since the start. */
  | { readonly kind: 'histogram'; readonly scheme: BucketScheme };

/** What is wrong with a recipe: where, and what was expected. */
interface RecipeFault {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** What a bpftrace program aggregates. */
export interface RecipeProgram {
  /** By name without the `@`. Maps that are only assigned to are scratch, and not here. */
  readonly maps: ReadonlyMap<string, RecipeMap>;
  readonly faults: readonly RecipeFault[];
}

const AGGREGATION =
  /@([A-Za-z0-9_]*)\s*(?:\[[^\]]*(?:\[[^\]]*\][^\]]*)*\])?\s*=\s*(count|sum|stats|min|max|avg|hist|lhist)\s*\(/g;
const RESET = /\b(clear|zero)\s*\(\s*@/g;
const ASSIGNED_COUNT = /@([A-Za-z0-9_]*)\s*(?:\[[^\]]*\])?\s*(?:\+\+|\+=)/g;

/**
 * Reads from a bpftrace program which of its maps are aggregations, and of what kind.
 *
 * The collector takes the growth of a map since the tick before, so a program must not reset one
 * (`clear`, `zero`), and the range of an `lhist` must be written out in numbers, since bpftrace
 * prints no empty buckets and the buckets of all ticks have to be the same.
 */
export function readRecipeProgram(text: string): RecipeProgram {
  const code = withoutComments(text);
  const maps = new Map<string, RecipeMap>();
  const faults: RecipeFault[] = [];
  const fault = (at: number, message: string): void => {
    faults.push({ line: code.slice(0, at).split('\n').length, message });
  };
  for (const match of code.matchAll(AGGREGATION)) {
    const [whole, name = '', kind = ''] = match;
    const map = mapOf(kind, code, match.index + whole.length);
    if (typeof map === 'string') fault(match.index, map);
    else if (isOther(maps.get(name), map)) fault(match.index, `@${name} is aggregated in two ways`);
    else maps.set(name, map);
  }
  for (const match of code.matchAll(ASSIGNED_COUNT)) {
    const name = match[1] ?? '';
    if (!maps.has(name)) maps.set(name, { kind: 'counter' });
  }
  for (const match of code.matchAll(RESET)) {
    fault(match.index, `expected no ${match[1]}(): the collector takes the growth of maps itself`);
  }
  if (maps.size === 0) fault(0, 'expected an aggregation such as @calls[comm] = count()');
  return { maps, faults };
}

function mapOf(kind: string, code: string, at: number): RecipeMap | string {
  if (kind === 'hist') return { kind: 'histogram', scheme: quantizeScheme() };
  if (kind === 'lhist') return linear(argumentsAt(code, at));
  if (kind === 'min' || kind === 'max' || kind === 'avg') return { kind: 'gauge' };
  return { kind: 'counter' };
}

function linear(parameters: readonly string[]): RecipeMap | string {
  const expected = 'expected lhist(value, min, max, step) with numbers for the last three';
  const [base, limit, step] = parameters.slice(1).map((text) => text.trim());
  const numbers = [base, limit, step].map((text) => (/^-?\d+$/.test(text ?? '') ? text : ''));
  if (parameters.length !== 4 || numbers.includes('')) return expected;
  try {
    return {
      kind: 'histogram',
      scheme: lquantizeScheme(Number(base), Number(limit), Number(step)),
    };
  } catch (cause) {
    return (cause as Error).message;
  }
}

/** The arguments of a call whose opening parenthesis ends before `at`. */
function argumentsAt(code: string, at: number): string[] {
  const found = [''];
  let depth = 0;
  for (const character of code.slice(at)) {
    if (character === ')' && depth === 0) break;
    if ('([{'.includes(character)) depth++;
    if (')]}'.includes(character)) depth--;
    if (character === ',' && depth === 0) found.push('');
    else found[found.length - 1] += character;
  }
  return found;
}

/** A program with comments and strings as blanks, so that places in the text stay what they are. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"/g, (part) =>
    part.replace(/[^\n]/g, ' '),
  );
}

function isOther(before: RecipeMap | undefined, now: RecipeMap): boolean {
  if (!before) return false;
  if (before.kind !== now.kind) return true;
  return before.kind === 'histogram' && now.kind === 'histogram'
    ? parseScheme(before.scheme.text).text !== now.scheme.text
    : false;
}
