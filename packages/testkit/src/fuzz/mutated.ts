import fc from 'fast-check';

/** Texts that parsers stumble over: delimiters, quotes, numbers at and beyond the edges, half characters. */
const TOKENS: readonly Buffer[] = [
  '"',
  "'",
  ',',
  ';',
  '\t',
  '\n',
  '\r\n',
  '\0',
  '{',
  '}',
  '[',
  ']',
  ':',
  '/',
  '%',
  '%zz',
  '@',
  '=',
  '-',
  '-0',
  'NaN',
  'Infinity',
  '1e999',
  '-1e-999',
  '9007199254740993',
  '99999999999999999999',
  '253402300800000',
  'null',
  '__proto__',
  'constructor',
  '\ufeff',
  '\u2028',
  '🐙',
]
  .map((text) => Buffer.from(text))
  .concat([
    Buffer.from([0xff]),
    Buffer.from([0xc3]),
    Buffer.from([0x1f, 0x8b]),
    Buffer.alloc(200, '9'),
  ]);

interface Change {
  readonly kind:
    | 'flip'
    | 'set'
    | 'cut'
    | 'remove'
    | 'insert'
    | 'repeat'
    | 'repeat line'
    | 'drop line'
    | 'move line';
  readonly at: number;
  readonly to: number;
  readonly byte: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom(
    'flip',
    'set',
    'cut',
    'remove',
    'insert',
    'repeat',
    'repeat line',
    'drop line',
    'move line',
  ),
  at: fc.nat(1_000_003),
  to: fc.nat(1_000_003),
  byte: fc.nat(255),
});

/**
 * Inputs for a parser: valid ones with a few changes (bits, bytes, cuts, tokens, lines twice,
 * missing or elsewhere), and now and then noise.
 * @param valid at least one; small, so that many inputs cost little
 */
export function mutated(valid: readonly (string | Uint8Array)[]): fc.Arbitrary<Buffer> {
  const whole = valid.map((content) => Buffer.from(content as Uint8Array));
  const changed = fc
    .tuple(fc.nat(whole.length - 1), fc.array(change, { maxLength: 4 }))
    .map(([which, changes]) => changes.reduce(apply, whole[which] as Buffer));
  const noise = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
  return fc.oneof({ arbitrary: changed, weight: 15 }, { arbitrary: noise, weight: 1 });
}

function apply(content: Buffer, { kind, at, to, byte }: Change): Buffer {
  const place = at % (content.length + 1);
  const end = Math.min(content.length, place + 1 + (to % 40));
  switch (kind) {
    case 'flip':
    case 'set': {
      if (place === content.length) return content;
      const copy = Buffer.from(content);
      copy[place] = kind === 'set' ? byte : (content[place] as number) ^ (1 << (byte % 8));
      return copy;
    }
    case 'cut':
      return content.subarray(0, place);
    case 'remove':
      return Buffer.concat([content.subarray(0, place), content.subarray(end)]);
    case 'insert': {
      const token = TOKENS[to % TOKENS.length] as Buffer;
      return Buffer.concat([content.subarray(0, place), token, content.subarray(place)]);
    }
    case 'repeat':
      return Buffer.concat([content.subarray(0, end), content.subarray(place)]);
    default:
      return changeLines(content, kind, at, to);
  }
}

/** Latin-1 keeps every byte as it is. */
function changeLines(content: Buffer, kind: Change['kind'], at: number, to: number): Buffer {
  const lines = content.toString('latin1').split('\n');
  const [line = ''] = lines.splice(at % lines.length, 1);
  if (kind === 'repeat line') lines.splice(at % (lines.length + 1), 0, line);
  if (kind !== 'drop line') lines.splice(to % (lines.length + 1), 0, line);
  return Buffer.from(lines.join('\n'), 'latin1');
}
