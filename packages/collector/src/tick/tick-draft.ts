import {
  isGauge,
  type Link,
  type Marker,
  SOURCE_KINDS,
  type SourceId,
  type SourceKind,
  type SourceSample,
} from '@ethogram/core';
import type { ProcessIdentity } from '../identity/process-facts.js';
import { OTHER, type SourceAdmission } from './source-limits.js';

/** One source of the tick being drafted; instances of one source add up in it. */
export interface SourceDraft {
  readonly id: SourceId;
  /** Adds to a counter or gauge. Integers, or whatever the metric's registry entry allows. */
  add(metric: string, value: number): void;
  /** Sets a gauge that the metric registry does not know; zero stays. */
  set(metric: string, value: number): void;
  /** Adds to a bucket of a histogram. */
  count(metric: string, scheme: string, bucket: number, count: number): void;
  /** Adds attributes to the source; those that stand there already stay. */
  describe(attributes: Readonly<Record<string, string>>): void;
}

/** A tick while it is being filled, the same for every backend that measures. */
export class TickDraft {
  readonly links: Link[] = [];
  readonly markers: Marker[] = [];
  linkSnapshot = false;
  readonly #admission: SourceAdmission;
  readonly #sources = new Map<SourceKind, Map<string, MutableSample>>();
  readonly #overLimit = new Set<string>();
  readonly #lost = new Map<string, number>();

  constructor(admission: SourceAdmission) {
    this.#admission = admission;
  }

  /**
   * The source of a process, to add its numbers to.
   * @returns `undefined` where `--match` leaves it out.
   */
  process(identity: ProcessIdentity): SourceDraft | undefined {
    const name = this.#admit(identity);
    if (name === undefined) return undefined;
    if (name === OTHER && identity.name !== OTHER) {
      this.#overLimit.add(identity.name);
      return this.#open('process', OTHER, {});
    }
    return this.#open('process', name, identity.attributes);
  }

  /** The source of a process as others call it, for links: `other` where it found no room. */
  processId(identity: ProcessIdentity): SourceId | undefined {
    const name = this.#admit(identity);
    return name === undefined ? undefined : { kind: 'process', name };
  }

  /** The name to count under; our own work never hides in that of others. */
  #admit({ name, scope, attributes }: ProcessIdentity): string | undefined {
    const admitted = this.#admission.admit(name, scope);
    return admitted === OTHER && attributes['self'] === 'true' ? name : admitted;
  }

  /** A source that is no process: a device, the host, an endpoint, a recipe's. */
  source(kind: SourceKind, name: string, attributes: Readonly<Record<string, string>> = {}) {
    return this.#open(kind, name, attributes) as SourceDraft;
  }

  /** Takes a finished sample in, such as a device's. */
  sample(sample: SourceSample): void {
    const draft = this.#open(sample.kind, sample.name, sample.attributes ?? {});
    for (const [metric, value] of sample.values) draft.add(metric, value);
    for (const [metric, { scheme, counts }] of sample.histograms ?? []) {
      for (const [bucket, count] of counts) draft.count(metric, scheme, bucket, count);
    }
  }

  /** Counts a loss by its cause; a count of 0 leaves no trace. */
  lose(cause: string, count: number): void {
    if (count > 0) this.#lost.set(cause, (this.#lost.get(cause) ?? 0) + count);
  }

  /** The samples, in the order of `compareSources`. */
  samples(): SourceSample[] {
    return SOURCE_KINDS.flatMap((kind) => {
      const drafts = [...(this.#sources.get(kind)?.values() ?? [])];
      return drafts.sort(byName).map((draft) => draft.finish());
    });
  }

  /** What was lost, by cause; `sources.over-limit` counts the names merged into `other`. */
  lost(): Record<string, number> {
    this.lose('sources.over-limit', this.#overLimit.size);
    this.#overLimit.clear();
    return Object.fromEntries([...this.#lost].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #open(kind: SourceKind, name: string, attributes: Readonly<Record<string, string>>) {
    let ofKind = this.#sources.get(kind);
    if (!ofKind) {
      ofKind = new Map();
      this.#sources.set(kind, ofKind);
    }
    let draft = ofKind.get(name);
    if (!draft) {
      draft = new MutableSample({ kind, name });
      ofKind.set(name, draft);
    }
    draft.describe(attributes);
    return draft;
  }
}

class MutableSample implements SourceDraft {
  readonly id: SourceId;
  #attributes: Readonly<Record<string, string>> | undefined;
  readonly #values = new Map<string, number>();
  #histograms: Map<string, { scheme: string; counts: Map<number, number> }> | undefined;

  constructor(id: SourceId) {
    this.id = id;
  }

  add(metric: string, value: number): void {
    // Most of what is counted is zero, and most calls of this come with one.
    if (value === 0 && !isGauge(metric)) return;
    this.#values.set(metric, (this.#values.get(metric) ?? 0) + value);
  }

  set(metric: string, value: number): void {
    this.#values.set(metric, value);
  }

  count(metric: string, scheme: string, bucket: number, count: number): void {
    if (count <= 0) return;
    this.#histograms ??= new Map();
    let histogram = this.#histograms.get(metric);
    if (!histogram) {
      histogram = { scheme, counts: new Map() };
      this.#histograms.set(metric, histogram);
    }
    histogram.counts.set(bucket, (histogram.counts.get(bucket) ?? 0) + count);
  }

  describe(attributes: Readonly<Record<string, string>>): void {
    if (this.#attributes === undefined) this.#attributes = attributes;
    else if (this.#attributes !== attributes) {
      this.#attributes = { ...attributes, ...this.#attributes };
    }
  }

  finish(): SourceSample {
    const { kind, name } = this.id;
    const values = this.#values;
    const attributes = this.#hasAttributes() ? this.#attributes : undefined;
    // Written out: a spread costs several times as much, for each source of each tick.
    if (this.#histograms) {
      const histograms = this.#histograms;
      return attributes
        ? { kind, name, values, histograms, attributes }
        : { kind, name, values, histograms };
    }
    return attributes ? { kind, name, values, attributes } : { kind, name, values };
  }

  #hasAttributes(): boolean {
    for (const _ in this.#attributes) return true;
    return false;
  }
}

/** In code-unit order: the same on every machine. */
function byName({ id: { name: a } }: SourceDraft, { id: { name: b } }: SourceDraft): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
