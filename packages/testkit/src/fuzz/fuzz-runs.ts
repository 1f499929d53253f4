/** Inputs that each parser is given in `npm test`. */
export const FUZZ_RUNS = 10_000;

/**
 * How many inputs a parser is given: {@link FUZZ_RUNS}, or what `ETHOGRAM_FUZZ_RUNS` says (the
 * soak: a million).
 * @param share of that, for parsers whose inputs cost more than the others' together
 * @throws RangeError where the variable is no whole number from 1 on
 */
export function fuzzRuns(share = 1): number {
  const text = process.env.ETHOGRAM_FUZZ_RUNS;
  const runs = text === undefined || text === '' ? FUZZ_RUNS : Number(text);
  if (!Number.isSafeInteger(runs) || runs < 1) {
    throw new RangeError(`ETHOGRAM_FUZZ_RUNS: expected a whole number from 1 on, found ${text}`);
  }
  return Math.max(1, Math.round(runs * share));
}

/** Time for one parser's inputs, milliseconds: ample, since it only ends what hangs. */
export function fuzzTimeoutMs(): number {
  return 300_000 + fuzzRuns() * 10;
}
