import { defineErrors, EthogramError } from '@ethogram/core';
import { describe, expect, it } from 'vitest';

const errors = defineErrors({
  'TEST-1001': { title: 'A test failed', remedy: 'Mend it.', exitCode: 2 },
});

describe('a coded error', () => {
  it('carries code, remedy, exit code, details and cause', () => {
    const cause = new Error('below');
    const error = errors.make('TEST-1001', 'expected 1, found 2', { cause, details: { found: 2 } });
    expect(error).toBeInstanceOf(EthogramError);
    expect(error).toMatchObject({
      name: 'EthogramError',
      code: 'TEST-1001',
      message: 'expected 1, found 2',
      remedy: 'Mend it.',
      exitCode: 2,
      details: { found: 2 },
      cause,
    });
  });

  it('takes a better remedy where the case has one, and no cause where there is none', () => {
    const error = errors.make('TEST-1001', 'no', { remedy: 'Mend the other.' });
    expect(error.remedy).toBe('Mend the other.');
    expect('cause' in error).toBe(false);
    expect(error.details).toEqual({});
  });
});
