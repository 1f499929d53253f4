import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadProcfs } from '@ethogram/native';

/** What {@link keepMemorySmall} keeps to. */
export const MEMORY_SETTINGS = Object.freeze({
  /**
   * From this size on the young generation does not grow: bytes. V8 lets it grow to 32 MB whatever
   * lives in it. At 8 MB collections took .4 % of a processor at a tick a second, at 32 MB .15 %, at
   * 2 MB 1.1 %.
   */
  youngBytes: 8 << 20,
  /**
   * The old generation is collected when it has grown by so many percent, not to several times what
   * lives in it.
   */
  oldGrowthPercent: 30,
  /**
   * The same for what streams and ends. Without a limit an export to Parquet held 160 MB, at 100 %
   * 97, at 60 % 83, at 30 % 66; its processor time was 5.7, 6.1, 6.6 and 10 s.
   */
  streamGrowthPercent: 60,
  /** How often such a one looks at its young generation, which may double at every collection. */
  lookEveryMs: 20,
  /**
   * Where so much more is resident than after the last time, all garbage is collected, some 25 ms, and
   * given back: bytes. What a chunk was sealed with lies outside of the heap, where V8 hardly looks
   * for it. The young generation alone comes to some 10 MB.
   */
  collectAfterBytes: 14e6,
  /** Ticks between two such collections, at least: what grows on is in use. */
  collectEvery: 30,
});

const YOUNG_STAYS = '--semi-space-growth-factor=1';
const YOUNG_DOUBLES = '--semi-space-growth-factor=2';

type CollectGarbage = (options?: { readonly type: 'minor' }) => void;

/**
 * Makes this process hold little memory that it does not use, for good: for what runs beside
 * others for months, and would rather be small than fast. May be called again.
 * @returns what to call after each tick.
 */
export function keepMemorySmall(): () => void {
  const { addon } = loadProcfs();
  addon?.keepMemorySmall();
  holdOldGeneration(MEMORY_SETTINGS.oldGrowthPercent);
  setFlagsFromString(YOUNG_STAYS);
  const collectGarbage = garbageCollector();
  // Until the first time, V8 lets the old generation grow to more than twice its size.
  collectGarbage();
  let ticks = 0;
  let leastBytes = Number.POSITIVE_INFINITY;
  return () => {
    growYoungGeneration(collectGarbage);
    const resident = process.memoryUsage.rss();
    leastBytes = Math.min(leastBytes, resident);
    if (++ticks < MEMORY_SETTINGS.collectEvery) return;
    if (resident < leastBytes + MEMORY_SETTINGS.collectAfterBytes) return;
    collectGarbage();
    addon?.keepMemorySmall();
    ticks = 0;
    leastBytes = Number.POSITIVE_INFINITY;
  };
}

/**
 * Makes this process hold little memory while recordings stream through it, as in an import or an
 * export, which leave garbage of every kind: a third to a half of what it would hold. For good.
 */
export function keepStreamSmall(): void {
  loadProcfs().addon?.keepMemorySmall();
  holdOldGeneration(MEMORY_SETTINGS.streamGrowthPercent);
  holdYoungGeneration();
  setInterval(holdYoungGeneration, MEMORY_SETTINGS.lookEveryMs).unref();
}

// The flags are looked at whenever V8 decides, and known to all of its versions in Node 20 to 24.

/** Lets the young generation grow no further once it is large enough. */
function holdYoungGeneration(): void {
  const isLarge = youngBytes() >= MEMORY_SETTINGS.youngBytes;
  setFlagsFromString(isLarge ? YOUNG_STAYS : YOUNG_DOUBLES);
}

/**
 * Lets one that is small grow where more survives than it has room for, and in one collection alone:
 * within a tick that takes up a model it would grow to its most, and it hardly ever shrinks.
 */
function growYoungGeneration(collectGarbage: CollectGarbage): void {
  if (youngBytes() >= MEMORY_SETTINGS.youngBytes) return;
  setFlagsFromString(YOUNG_DOUBLES);
  collectGarbage({ type: 'minor' });
  setFlagsFromString(YOUNG_STAYS);
}

function youngBytes(): number {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  return young?.space_size ?? 0;
}

function holdOldGeneration(growthPercent: number): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
}

function garbageCollector(): CollectGarbage {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as CollectGarbage;
  setFlagsFromString('--no-expose-gc');
  return gc;
}
