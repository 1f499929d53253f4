import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dtracePrograms } from '../../dtrace-source/make.mjs';

const folder = new URL('../../dtrace/', import.meta.url);

describe('the D programs', () => {
  it('are what the template gives for each platform (else run dtrace-source/make.mjs)', () => {
    const shipped = readdirSync(folder).map((name) => [
      name,
      readFileSync(new URL(name, folder), 'utf8'),
    ]);
    expect(Object.fromEntries(shipped)).toEqual(dtracePrograms());
  });

  it.each(Object.entries(dtracePrograms()))('leave no word of the template in %s', (_, text) => {
    const words = text.match(
      /\b(FAULTS|PLATFORM|SCOPE(_NAME)?|AGAIN|(READ|WRITE)_CALLS|REQUESTS|IS_READ|DEVICE_NAME)\b/g,
    );
    expect(words).toBeNull();
  });
});
