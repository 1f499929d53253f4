import type { PrintedAggregation, TraceItem } from '@ethogram/core';
import { DtraceTextParser, metricInfo, printedHistogram, quantizeScheme } from '@ethogram/core';
import { collectorErrors } from '../errors.js';
import { cleanName } from '../identity/clean-name.js';
import { identify } from '../identity/identify.js';
import type { Grouping } from '../identity/process-facts.js';
import type { TickReader } from '../tick/measure-ticks.js';
import type { SourceDraft, TickDraft } from '../tick/tick-draft.js';
import { type TracerCommand, TracerProcess } from '../tracers/tracer-process.js';
import { within } from '../tracers/within.js';

/** What dtrace is run with. */
export interface DtraceReaderOptions {
  readonly how: TracerCommand;
  /** Path of the D program. */
  readonly script: string;
  readonly group: Grouping;
}

/** dtrace compiles and enables some thousand probes; a busy machine takes longer. */
const LONGEST_START_MS = 60_000;

/** What the scripts' rows begin with, and which metric they are. */
const CALLS = new Map([
  ['calls', 'calls'],
  ['errors', 'errors'],
  ['again', 'again'],
]);

/**
 * Runs the D program of this platform and reads its rows: a tag, the zone, the program (or
 * device), what, and how much since the row before. A tick holds what was printed during it.
 */
export class DtraceReader implements TickReader {
  readonly #options: DtraceReaderOptions;
  readonly #parser = new DtraceTextParser();
  #process: TracerProcess | undefined;

  constructor(options: DtraceReaderOptions) {
    this.#options = options;
  }

  /**
   * Starts dtrace and waits until its probes are enabled.
   * @throws COLLECT-2001 where it is missing or refuses, with what it said.
   */
  async start(): Promise<void> {
    // -Z lets probes be missing that a version of the system does not have.
    const dtrace = new TracerProcess(this.#options.how, ['-q', '-Z', '-s', this.#options.script]);
    this.#process = dtrace;
    const ready = await within(LONGEST_START_MS, async (stop) => {
      while (dtrace.running && !stop.aborted) {
        await dtrace.nextOutput();
        if (dtrace.take().lines.includes('ready')) return true;
      }
      return false;
    });
    if (ready) return;
    await this.close();
    const said = dtrace.complaints.join('\n') || 'dtrace said nothing';
    throw collectorErrors.make('COLLECT-2001', said);
  }

  baseline(): void {
    // Rows are what happened since the row before: what there is by now began before the tick.
    for (const _ of this.#items(() => {}));
  }

  read(draft: TickDraft): void {
    const lose = (cause: string, count: number): void => draft.lose(`dtrace.${cause}`, count);
    for (const item of this.#items(lose)) {
      if (item.kind === 'lost') lose('drops', item.count);
      const isOdd = item.kind === 'aggregation' && !this.#add(draft, item.aggregation);
      if (isOdd || item.kind === 'malformed') lose('rows-malformed', 1);
    }
    if (!this.#process?.running) lose('ended', 1);
  }

  /** CPU time of dtrace so far, milliseconds. */
  cpuMs(): number {
    return this.#process?.cpuMs() ?? 0;
  }

  /** Ends dtrace; may be called again. */
  async close(): Promise<void> {
    await this.#process?.close();
  }

  /** What the lines since the last call say, complaints about drops among them. */
  #items(lose: (cause: string, count: number) => void): TraceItem[] {
    const dtrace = this.#process;
    if (!dtrace) return [];
    const { lines, complaints, dropped } = dtrace.take();
    lose('lines-dropped', dropped);
    return [...lines, ...complaints].flatMap((line) => this.#parser.push(line));
  }

  /** Whether a row was understood. */
  #add(draft: TickDraft, { keys, result }: PrintedAggregation): boolean {
    const [tag = '', zone = '', name = '', what = ''] = keys;
    if (keys.length !== 4 || name === '') return false;
    const call = CALLS.get(tag);
    const metric = call === undefined ? what : `syscall.${callName(what)}.${call}`;
    if (metricInfo(metric)?.kind !== (tag === 'device' ? 'device' : 'process')) return false;
    if (typeof result === 'number' && !(result >= 0 && Number.isSafeInteger(result))) return false;
    const source =
      tag === 'device'
        ? draft.source('device', cleanName(name))
        : this.#sourceOf(draft, zone, name);
    if (typeof result === 'number') {
      source?.add(metric, result);
    } else {
      const { scheme, counts } = printedHistogram(quantizeScheme(), result);
      for (const [bucket, count] of counts) source?.count(metric, scheme, bucket, count);
    }
    return true;
  }

  /** A zone stands for a container; DTrace names programs by execname, as comm is elsewhere. */
  #sourceOf(draft: TickDraft, zone: string, name: string): SourceDraft | undefined {
    const contained = zone !== '-' && zone !== 'global' && zone !== '';
    const identity = identify(
      {
        pid: 0,
        comm: name,
        kernelThread: false,
        ...(contained ? { cgroup: `/lxc/${zone}` } : {}),
      },
      { group: this.#options.group, containerName: (id) => id },
    );
    return draft.process(identity);
  }
}

/** Names of system calls as the metric registry spells them. */
function callName(probe: string): string {
  return probe.toLowerCase().replace(/[^a-z0-9_]/g, '_');
}
