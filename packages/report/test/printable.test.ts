import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonText, printable } from '../src/index.js';

describe('printable', () => {
  test('shows control characters, overrides and invisible marks as escapes', () => {
    expect(printable('a\u001b[31mb\n\t\r\u0007')).toBe('a\\x1b[31mb\\n\\t\\r\\x07');
    expect(printable('gpj.\u202eexe\u200b')).toBe('gpj.\\u202eexe\\u200b');
    expect(printable('\u009b31m\u007f')).toBe('\\x9b31m\\x7f');
  });

  test('leaves visible text as it is, in any script', () => {
    expect(printable('nginx.service/nginx – Größe 日本 🦊')).toBe(
      'nginx.service/nginx – Größe 日本 🦊',
    );
  });

  test('never lets a control character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});

describe('JSON text', () => {
  test('parses to the same value and holds no control character but its own line feeds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (value) => {
        for (const indent of [0, 2]) {
          const text = jsonText(value, indent);
          expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
          expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\u202e/u);
        }
      }),
    );
  });

  test('a line feed in a name does not end the line of its record', () => {
    expect(jsonText({ name: 'a\nb' })).toBe('{"name":"a\\nb"}');
  });
});
