import type { SourceId } from '@ethogram/core';
import { type ProcessScan, type ProcessScanner, SCAN_COLUMNS, SCAN_FLAGS } from '@ethogram/native';
import type { ProcessFacts, ProcessIdentity } from '../identity/process-facts.js';
import { type Presence, Timeline } from '../identity/timeline.js';
import type { TickReader } from '../tick/measure-ticks.js';
import { nameLinks } from '../tick/name-links.js';
import type { TickStamp } from '../tick/tick-clock.js';
import type { SourceDraft, TickDraft } from '../tick/tick-draft.js';

/** What the process table is read with. */
export interface ProcessReaderOptions {
  readonly scanner: ProcessScanner;
  readonly name: (facts: ProcessFacts) => ProcessIdentity;
  readonly ownPid: number;
}

/** Columns that mean nothing where a flag stands. */
const DENIED: readonly {
  readonly flag: number;
  readonly metrics: RegExp;
  readonly family: string;
}[] = [
  { flag: SCAN_FLAGS.ioDenied, metrics: /^(?:io|disk)\./, family: 'io disk' },
  { flag: SCAN_FLAGS.fdDenied, metrics: /^fd\./, family: 'fd' },
  { flag: SCAN_FLAGS.noSwitches, metrics: /^sched\./, family: 'sched' },
];

/** Per combination of flags, which columns count. */
const COLUMNS_BY_FLAGS: readonly (readonly number[])[] = Array.from({ length: 32 }, (_, flags) =>
  SCAN_COLUMNS.flatMap((metric, column) =>
    DENIED.some((denied) => flags & denied.flag && denied.metrics.test(metric)) ? [] : [column],
  ),
);

/** Per combination of flags, the attribute that says what could not be seen of a source. */
const BLIND_BY_FLAGS: readonly (Readonly<Record<string, string>> | undefined)[] = Array.from(
  { length: 32 },
  (_, flags) => {
    const families = DENIED.filter((denied) => flags & denied.flag).map(({ family }) => family);
    return families.length > 0 ? { blind: families.join(' ') } : undefined;
  },
);

/** Reads the process table: who there is, who came and went, and what each did. */
export class ProcessReader implements TickReader {
  readonly #options: ProcessReaderOptions;
  readonly #present = new Map<number, Presence & { readonly pid: number }>();
  readonly #timeline = new Timeline();
  /** The scanner's number of this very process. */
  #own: { readonly process: number; readonly exe: string | undefined } | undefined;

  constructor(options: ProcessReaderOptions) {
    this.#options = options;
  }

  baseline(): void {
    const scan = this.#options.scanner.next();
    for (const facts of scan.facts) this.#enter(facts);
    this.#timeline.markers(0);
  }

  read(draft: TickDraft, stamp: TickStamp): void {
    const scan = this.#options.scanner.next();
    const forks: NumberedLink[] = [];
    for (const facts of scan.facts) {
      const before = this.#present.get(facts.process);
      const now = this.#enter(facts);
      if (!before && facts.parent !== undefined) forks.push(fork(facts.parent, facts.process));
      if (before && before.identity.name !== now.identity.name) {
        draft.process(before.identity)?.add('process.exits', 1);
        draft.process(now.identity)?.add('process.starts', 1);
      }
    }
    draft.links.push(...nameLinks(forks, (number) => this.#nodeOf(draft, number)));
    this.#addRows(draft, scan);
    for (const process of scan.vanished) this.#exit(draft, process);
    draft.lose('procfs.unreadable', scan.unreadable);
    draft.markers.push(...this.#timeline.markers(stamp.ts));
  }

  /** Who a process is, by the scanner's number. */
  process(
    number: number,
  ): { readonly identity: ProcessIdentity; readonly pid: number } | undefined {
    return this.#present.get(number);
  }

  #nodeOf(draft: TickDraft, number: number): SourceId | undefined {
    const identity = this.#present.get(number)?.identity;
    return identity && draft.processId(identity);
  }

  #addRows(draft: TickDraft, scan: ProcessScan): void {
    for (const [row, process] of scan.process.entries()) {
      const identity = this.#present.get(process)?.identity;
      if (!identity) continue;
      const flags = scan.flags[row] as number;
      const source = draft.process(identity);
      if (source) addValues(source, scan, row, flags);
      const blind = BLIND_BY_FLAGS[flags & 31];
      if (source && blind) source.describe(blind);
      if (flags & SCAN_FLAGS.started) source?.add('process.starts', 1);
      if (flags & SCAN_FLAGS.ended) this.#exit(draft, process);
      else source?.add('process.instances', 1);
    }
  }

  #enter(facts: ProcessScan['facts'][number]): Presence {
    const before = this.#present.get(facts.process);
    const identity = this.#options.name({ ...facts, own: this.#isOwn(facts) });
    const { pid, version } = facts;
    const presence = version === undefined ? { identity, pid } : { identity, pid, version };
    this.#present.set(facts.process, presence);
    this.#timeline.enter(presence);
    if (before) this.#timeline.leave(before);
    return presence;
  }

  /** As the kernel side of eBPF has it: this process, and what it starts of its own executable. */
  #isOwn({ process, pid, parent, exe }: ProcessScan['facts'][number]): boolean {
    if (pid === this.#options.ownPid) this.#own = { process, exe };
    const own = this.#own;
    if (own === undefined) return false;
    return (
      process === own.process || (parent === own.process && exe !== undefined && exe === own.exe)
    );
  }

  #exit(draft: TickDraft, process: number): void {
    const presence = this.#present.get(process);
    if (!presence) return;
    this.#present.delete(process);
    this.#timeline.leave(presence);
    draft.process(presence.identity)?.add('process.exits', 1);
  }
}

type NumberedLink = Parameters<typeof nameLinks>[0][number];

function fork(from: number, to: number): NumberedLink {
  return { from, to, kind: 'fork', opened: 1, closed: 0, events: 0, bytes: 0 };
}

function addValues(source: SourceDraft, scan: ProcessScan, row: number, flags: number): void {
  const start = row * SCAN_COLUMNS.length;
  for (const column of COLUMNS_BY_FLAGS[flags & 31] as readonly number[]) {
    source.add(SCAN_COLUMNS[column] as string, scan.values[start + column] as number);
  }
}
