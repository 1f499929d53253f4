import type { Tick } from '@ethogram/core';
import { storeErrors } from './errors.js';

/** Longest name of a recording, host, boot, source, metric or model, in UTF-16 code units. */
const LONGEST_NAME = 200;
/** The first and last millisecond of the years 1 to 9999, which every database can name. */
export const EARLIEST_MS = -62_135_596_800_000;
export const LATEST_MS = 253_402_300_799_999;
/** Most values one tick may hold, so that a block of one tick stays under 8 MB. */
const MOST_VALUES = 600_000;

const NAME = /^[^\p{Cc}\p{Cs}]+$/u;

/**
 * Refuses what cannot be a name: empty, longer than 200, control characters, half surrogates.
 * @throws STORE-1008
 */
export function checkName(what: string, name: string): void {
  if (name.length <= LONGEST_NAME && NAME.test(name)) return;
  throw storeErrors.make(
    'STORE-1008',
    `expected a ${what} of 1 to ${LONGEST_NAME} characters without control characters, found ${JSON.stringify(name.slice(0, 60))} (${name.length} characters)`,
  );
}

/**
 * Refuses ticks that would poison a store. Written by hand and not with a schema library, since
 * it looks at every value of every tick.
 * @throws STORE-1006, STORE-1008
 */
export function checkTicks(ticks: readonly Tick[]): void {
  let previous = Number.NEGATIVE_INFINITY;
  for (const tick of ticks) {
    checkTick(tick);
    if (tick.ts < previous) {
      fail(tick, `expected ticks in ascending time, found ${tick.ts} after ${previous}`);
    }
    previous = tick.ts;
  }
}

function checkTick(tick: Tick): void {
  checkName('host', tick.host);
  checkName('boot id', tick.boot);
  checkName('backend', tick.backend);
  if (!Number.isSafeInteger(tick.seq) || tick.seq < 0) fail(tick, `seq is ${tick.seq}`);
  if (!Number.isSafeInteger(tick.ts) || tick.ts < EARLIEST_MS || tick.ts > LATEST_MS) {
    fail(tick, `ts is ${tick.ts}`);
  }
  if (!(Number.isFinite(tick.intervalNs) && tick.intervalNs >= 0)) {
    fail(tick, `intervalNs is ${tick.intervalNs}`);
  }
  checkSamples(tick);
  for (const link of tick.links) {
    for (const value of [link.opened, link.closed, link.events, link.bytes]) {
      if (!Number.isFinite(value)) fail(tick, `a ${link.kind} link holds ${value}`);
    }
  }
  for (const [cause, count] of Object.entries(tick.lost)) {
    if (!(Number.isFinite(count) && count >= 0)) fail(tick, `lost by ${cause} is ${count}`);
  }
  for (const marker of tick.markers) {
    if (!Number.isSafeInteger(marker.ts)) fail(tick, `a ${marker.kind} marker is at ${marker.ts}`);
  }
}

function checkSamples(tick: Tick): void {
  let total = 0;
  for (const sample of tick.samples) {
    sample.values.forEach((value, metric) => {
      if (!Number.isFinite(value)) fail(tick, `${metric} of ${sample.name} is ${value}`);
    });
    total += sample.values.size;
    sample.histograms?.forEach(({ counts }, metric) => {
      total += counts.size;
      counts.forEach((count, bucket) => {
        if (!Number.isSafeInteger(bucket) || !Number.isSafeInteger(count) || count < 1) {
          fail(tick, `bucket ${bucket} of ${metric} of ${sample.name} holds ${count}`);
        }
      });
    });
  }
  if (total > MOST_VALUES) fail(tick, `it holds ${total} values, more than ${MOST_VALUES}`);
}

function fail(tick: Tick, found: string): never {
  throw storeErrors.make('STORE-1006', `tick ${tick.host}/${tick.boot}/${tick.seq}: ${found}`, {
    details: { host: tick.host, boot: tick.boot, seq: tick.seq },
  });
}
