import type { BucketScheme } from './bucket-scheme.js';
import { llquantizeScheme } from './llquantize.js';
import { lquantizeScheme } from './lquantize.js';
import { quantizeScheme } from './quantize.js';

/**
 * The scheme that a text names.
 * @throws RangeError on a text that names none, with what is wrong about it.
 */
export function parseScheme(text: string): BucketScheme {
  const match = /^(quantize|lquantize|llquantize)(?::(-?\d+(?:,-?\d+)*))?$/.exec(text);
  const parameters = match?.[2]?.split(',').map(Number) ?? [];
  const [a = Number.NaN, b = Number.NaN, c = Number.NaN, d = Number.NaN] = parameters;
  if (match?.[1] === 'quantize' && parameters.length === 0) return quantizeScheme();
  if (match?.[1] === 'lquantize' && parameters.length === 3) return lquantizeScheme(a, b, c);
  if (match?.[1] === 'llquantize' && parameters.length === 4) return llquantizeScheme(a, b, c, d);
  throw new RangeError(
    'expected quantize, lquantize:base,limit,step or llquantize:factor,low,high,steps, ' +
      `found ${JSON.stringify(text)}`,
  );
}
