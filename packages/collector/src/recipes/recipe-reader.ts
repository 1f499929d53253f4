import {
  type PrintedAggregation,
  parseBpftraceLine,
  printedHistogram,
  sourceKey,
  traceSeries,
} from '@ethogram/core';
import { collectorErrors } from '../errors.js';
import { cleanName } from '../identity/clean-name.js';
import type { TickReader } from '../tick/measure-ticks.js';
import { OTHER, SourceAdmission } from '../tick/source-limits.js';
import type { TickDraft } from '../tick/tick-draft.js';
import { type TracerCommand, TracerProcess } from '../tracers/tracer-process.js';
import { within } from '../tracers/within.js';
import { PRINT_MARK, withPrintMark } from './print-mark.js';
import type { Recipe } from './read-recipe.js';
import type { RecipeMap } from './recipe-program.js';

/** How recipes run. */
export interface RecipeReaderOptions {
  readonly how: TracerCommand;
  /** Series that one recipe may have at once; the rest is lost, and counted. */
  readonly maxSeries: number;
}

/**
 * bpftrace looks for signals ten times a second, so that a print begins 100 ms after it is asked
 * for. A slow one is read at the next tick: growth is not lost by it.
 */
const LONGEST_PRINT_MS = 1000;
/** After the mark has come, a silence of so long ends a print. */
const SILENCE_MS = 20;
/** bpftrace compiles and attaches within seconds; a busy machine takes longer. */
const LONGEST_START_MS = 60_000;

/**
 * Runs a recipe and reads its maps once a tick. The first key of a map names a custom source (the
 * recipe does where there is none), map and further keys the metric: as importing bpftrace's
 * output does. Counts and distributions are given as their growth since the tick before.
 */
export class RecipeReader implements TickReader {
  readonly #recipe: Recipe;
  readonly #options: RecipeReaderOptions;
  readonly #admission: SourceAdmission;
  #process: TracerProcess | undefined;
  #counts = new Map<string, number>();

  constructor(recipe: Recipe, options: RecipeReaderOptions) {
    this.#recipe = recipe;
    this.#options = options;
    this.#admission = new SourceAdmission({ maxSources: options.maxSeries });
  }

  /**
   * Attaches the recipe.
   * @throws COLLECT-2005 where bpftrace is missing or refuses it, with what it said.
   */
  async start(): Promise<void> {
    const bpftrace = new TracerProcess(this.#options.how, [
      ...['-f', 'json', '-B', 'line'],
      ...['-e', withPrintMark(this.#recipe.text)],
    ]);
    this.#process = bpftrace;
    const attached = await within(LONGEST_START_MS, async (stop) => {
      while (bpftrace.running && !stop.aborted) {
        await bpftrace.nextOutput();
        if (bpftrace.take().lines.some((line) => line.includes('"attached_probes"'))) return true;
      }
      return false;
    });
    if (attached) return;
    await this.close();
    // Its notice on locked memory means nothing since Linux 5.11.
    const said = bpftrace.complaints.filter((line) => !line.includes('RLIMIT_MEMLOCK'));
    const text = said.join('\n') || 'bpftrace said nothing';
    throw collectorErrors.make('COLLECT-2005', `${this.#recipe.name}: ${text}`);
  }

  async baseline(): Promise<void> {
    for (const aggregation of await this.#print(() => {})) this.#grown(aggregation);
  }

  async read(draft: TickDraft): Promise<void> {
    this.#admission.nextTick();
    const lose = (cause: string, count: number): void => draft.lose(`recipe.${cause}`, count);
    for (const aggregation of await this.#print(lose)) this.#addTo(draft, aggregation, lose);
    if (!this.#process?.running) lose('ended', 1);
  }

  /** CPU time of bpftrace so far, milliseconds. */
  cpuMs(): number {
    return this.#process?.cpuMs() ?? 0;
  }

  /** Ends bpftrace; may be called again. */
  async close(): Promise<void> {
    await this.#process?.close();
  }

  /** Asks for the maps and reads what comes until the mark did and silence follows. */
  async #print(lose: Lose): Promise<PrintedAggregation[]> {
    const bpftrace = this.#process;
    if (!bpftrace?.running) return [];
    bpftrace.signal('SIGUSR1');
    const found: PrintedAggregation[] = [];
    let marked = false;
    await within(LONGEST_PRINT_MS, async (stop) => {
      while (!stop.aborted && bpftrace.running) {
        const spoke = await within(marked ? SILENCE_MS : LONGEST_PRINT_MS, async () => {
          await bpftrace.nextOutput();
          return true;
        });
        found.push(...this.#take(bpftrace, lose));
        marked ||= found.some((aggregation) => aggregation.name === PRINT_MARK);
        if (!spoke) return;
      }
    });
    return found;
  }

  #take(bpftrace: TracerProcess, lose: Lose): PrintedAggregation[] {
    const { lines, dropped } = bpftrace.take();
    lose('lines-dropped', dropped);
    return lines.flatMap((line) =>
      parseBpftraceLine(line).flatMap((item) => {
        if (item.kind === 'lost') lose('events-lost', item.count);
        if (item.kind === 'malformed') lose('lines-malformed', 1);
        return item.kind === 'aggregation' ? [item.aggregation] : [];
      }),
    );
  }

  #addTo(draft: TickDraft, aggregation: PrintedAggregation, lose: Lose): void {
    const map = this.#mapOf(aggregation);
    if (!map) return;
    const { source, metric } = this.#series(aggregation);
    if (this.#admission.admit(`${sourceKey(source)}\u0000${metric}`) === OTHER) {
      lose('series-over-limit', 1);
      return;
    }
    const { result } = aggregation;
    if (typeof result === 'number' && !Number.isSafeInteger(result)) {
      lose('numbers-too-large', 1);
      return;
    }
    const grown = this.#grown(aggregation);
    const sample = draft.source(source.kind, source.name, { recipe: this.#recipe.name });
    if (map.kind === 'gauge' && typeof result === 'number') sample.set(metric, result);
    if (map.kind === 'counter') for (const [, count] of grown) sample.add(metric, count);
    if (map.kind === 'histogram') {
      for (const [bucket, count] of grown) sample.count(metric, map.scheme.text, bucket, count);
    }
  }

  /** `stats` prints three numbers of one map; its average is neither a counter nor a gauge. */
  #mapOf({ name }: PrintedAggregation): RecipeMap | undefined {
    const { maps } = this.#recipe;
    return maps.get(name) ?? maps.get(name.replace(/(^|\.)(count|total)$/, ''));
  }

  #series(aggregation: PrintedAggregation) {
    const keys = aggregation.keys.map(cleanName);
    return traceSeries({ name: aggregation.name, keys }, { fallback: this.#recipe.name });
  }

  /** By bucket (0 for a number) how much was added since the print before. */
  #grown(aggregation: PrintedAggregation): (readonly [bucket: number, count: number])[] {
    const map = this.#mapOf(aggregation);
    const { result } = aggregation;
    const now: Iterable<readonly [number, number]> =
      typeof result === 'number'
        ? [[0, result]]
        : map?.kind === 'histogram'
          ? printedHistogram(map.scheme, result).counts
          : [];
    const { source, metric } = this.#series(aggregation);
    return [...now].map(([bucket, count]) => {
      const key = `${sourceKey(source)}\u0000${metric}\u0000${bucket}`;
      const before = this.#counts.get(key) ?? 0;
      this.#counts.set(key, count);
      return [bucket, count - before] as const;
    });
  }
}

type Lose = (cause: string, count: number) => void;
