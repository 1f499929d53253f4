import type { Tick } from '@ethogram/core';
import { SeqRuns } from '../../seq-runs.js';
import { type Collections, idOf } from './documents.js';

/** What a writer remembers of one host's part of a recording. */
export class PartState {
  readonly recording: string;
  readonly host: string;
  readonly sources = new Set<string>();
  /** The slot last appended to. */
  openSlot: number | undefined;
  readonly #runs = new Map<string, SeqRuns>();
  #known = false;

  constructor(recording: string, host: string) {
    this.recording = recording;
    this.host = host;
  }

  /** Whether the recording's own document is there. */
  get known(): boolean {
    return this.#known;
  }

  /** Reads which ticks of these boots are stored, where that is not known yet. */
  async load(
    { recordings, chunks, ticks, commits }: Collections,
    boots: ReadonlySet<string>,
  ): Promise<void> {
    const { recording, host } = this;
    if (!this.#known) {
      const found = await recordings.findOne({ _id: idOf(recording, host) });
      if (found) this.learn(found.sources);
    }
    for (const boot of boots) {
      if (this.#runs.has(boot)) continue;
      const runs = new SeqRuns();
      // Single ticks first: what is sealed meanwhile is then seen twice, not never.
      for (const collection of [ticks, commits]) {
        const single = collection.find({ recording, host, boot }, { projection: { seq: 1 } });
        for await (const tick of single) runs.add(tick.seq);
      }
      const sealed = chunks.find(
        { recording, host, 'runs.boot': boot },
        { projection: { runs: 1 } },
      );
      for await (const chunk of sealed) {
        for (const run of chunk.runs) {
          if (run.boot === boot) runs.addRun(run.first, run.last);
        }
      }
      this.#runs.set(boot, runs);
    }
  }

  /** Whether the tick is new; from now on it is not. */
  admit(tick: Tick): boolean {
    return this.#runs.get(tick.boot)?.add(tick.seq) ?? false;
  }

  /** The recording's own document is there and has these sources. */
  learn(sources: Iterable<string>): void {
    this.#known = true;
    for (const source of sources) this.sources.add(source);
  }
}
