import { type Block, type SourceId, sourceKey } from '@ethogram/core';
import {
  activityAt,
  activityDeviation,
  fastDistance,
  HostActivity,
  type HostActivityState,
  HostJointView,
  isFarBeyond,
  SeriesNumbers,
  shortfall,
  surprise,
} from '@ethogram/features';
import type { HostPart, Model } from '@ethogram/model';
import { HostAlarm, type HostAlarmState } from './host-alarm.js';
import { type HostFacts, hostFactsOf, type MemberFacts } from './host-facts.js';
import { rounded } from './reasons.js';
import type { AnomalyKind, Reason, Severity } from './records.js';
import type { QuotedScore } from './source-scorer.js';
import type { Limits } from './watched-source.js';

/** Standard deviations either way that are expected of a source, given the others. */
const EXPECTED = 2;
const MOST_REASONS = 5;
/** Ticks of the last five that the view of single ticks needs. */
const FAST_NEEDED = 2;

/** What a view of the host has to tell. */
export interface HostFinding {
  readonly source: SourceId;
  readonly now: QuotedScore;
  readonly severity: Severity;
  readonly kinds: readonly AnomalyKind[];
  readonly reasons: readonly Reason[];
  /** Mutes what opened, where it was acknowledged. */
  mute(): void;
}

/** What is told already: alarms of the sources themselves, acknowledged or not. */
export interface Explained {
  /** Whether any is open. */
  readonly some: boolean;
  /** Whether a source's alarm of rates or absence is open, by key. */
  of(key: string): boolean;
}

/**
 * Watches what the sources of a host do together: whether they move as they did (`joint`),
 * whether callees still follow their callers (`relation`), and single ticks far beyond training,
 * which are critical at once. What a source's own alarm tells already is not told again.
 */
export class HostWatch {
  readonly #part: HostFacts;
  readonly #keys: readonly string[];
  readonly #activity: HostActivity;
  readonly #z: Float64Array;
  readonly #view: HostJointView | null;
  readonly #joint: HostAlarm | null;
  readonly #relation: HostAlarm | null;
  readonly #fast: readonly (HostAlarm | null)[];
  /** Per member: 1 where the tick lies far beyond training. */
  readonly #isFar: Uint8Array;
  readonly #calibrationTicks: number;
  #ticks = 0;
  #worstEdge = 0;
  #unsure = false;

  /** @returns null where the model knows nothing of the host as a whole. */
  static of(model: Model, numbers = new SeriesNumbers()): HostWatch | null {
    return model.together ? new HostWatch(model.together, model, numbers) : null;
  }

  private constructor(part: HostPart, { timing }: Model, numbers: SeriesNumbers) {
    this.#part = hostFactsOf(part);
    this.#keys = part.members.map(sourceKey);
    this.#activity = new HostActivity(part.members, timing, numbers);
    this.#z = new Float64Array(part.members.length);
    this.#view = part.joint ? new HostJointView(part.joint.precision) : null;
    this.#joint = part.joint ? new HostAlarm(part.joint.calibration) : null;
    this.#relation = part.relation ? new HostAlarm(part.relation.calibration) : null;
    this.#fast = part.members.map(({ fast }) =>
      fast ? new HostAlarm(fast.calibration, FAST_NEEDED) : null,
    );
    this.#isFar = new Uint8Array(part.members.length);
    this.#calibrationTicks = timing.calibrationTicks;
  }

  /**
   * Scores a tick.
   * @param unsure whether quiet proves nothing in it.
   */
  visit(block: Block, t: number, unsure = false): void {
    this.#ticks++;
    this.#unsure = unsure;
    this.#activity.advance(block, t);
    this.#scoreFast();
    const { members, joint, relation } = this.#part;
    if (!this.#activity.known) {
      this.#joint?.score(Number.NaN);
      this.#relation?.score(Number.NaN);
      return;
    }
    for (let i = 0; i < members.length; i++) {
      const member = members[i] as MemberFacts;
      this.#z[i] = activityDeviation(this.#activity.recent[i] as number, member);
    }
    if (joint) this.#joint?.score(surprise(this.#view?.distance(this.#z) ?? 0, joint.scale));
    if (relation) this.#relation?.score(this.#worstRelation(relation));
  }

  /** Opens, holds or closes the alarms. */
  judge(ts: number, limits: Limits, explained: Explained): readonly HostFinding[] {
    return [
      ...this.#judgeRelation(ts, limits, explained),
      ...this.#judgeJoint(ts, limits, explained),
    ];
  }

  /**
   * Keys of the sources whose single ticks lie far beyond training, two of the last five: what is
   * critical before rows of ten seconds can tell.
   */
  bursts(ts: number, { critical }: Limits): ReadonlySet<string> {
    const found = new Set<string>();
    for (let i = 0; i < this.#fast.length; i++) {
      const alarm = this.#fast[i];
      if (!alarm) continue;
      alarm.judge(ts, critical, this.#unsure, this.#isFar[i] === 1);
      if (alarm.open) found.add(this.#keys[i] as string);
    }
    return found;
  }

  /** Ends a calibration step, where one is due. */
  step(ts: number, incomplete: boolean): void {
    if (incomplete || this.#ticks % this.#calibrationTicks !== 0) return;
    this.#joint?.step(ts);
    this.#relation?.step(ts);
    for (const alarm of this.#fast) alarm?.step(ts);
  }

  /** Scores of the host's own views, where there are any. */
  scores(): readonly number[] {
    return [this.#joint, this.#relation]
      .filter((alarm) => alarm !== null)
      .filter(({ now }) => now.p !== null || now.pBelow !== null)
      .map(({ recorded }) => recorded);
  }

  /** Keys of the sources that open alarms blame. */
  heard(): readonly string[] {
    return [this.#joint, this.#relation].flatMap((alarm) =>
      alarm && alarm.blamed !== '' ? [alarm.blamed] : [],
    );
  }

  /** Keys of the sources that open alarms blame of which nobody is told. */
  unheard(): readonly string[] {
    return [this.#joint, this.#relation].flatMap((alarm) =>
      alarm && alarm.blamedUnheard !== '' ? [alarm.blamedUnheard] : [],
    );
  }

  /** Mutes the alarms that blame a source, or takes that back. */
  mute(key: string, muted = true): void {
    for (const alarm of [this.#joint, this.#relation]) {
      if (alarm?.isAbout(key)) alarm.mute(muted);
    }
  }

  /** Its state, for a checkpoint. */
  state(): HostWatchState {
    return {
      ticks: this.#ticks,
      activity: this.#activity.state(),
      joint: this.#joint?.state() ?? null,
      relation: this.#relation?.state() ?? null,
      fast: this.#fast.map((alarm) => alarm?.state() ?? null),
    };
  }

  resume(state: HostWatchState): void {
    this.#ticks = state.ticks;
    this.#activity.resume(state.activity);
    if (state.joint) this.#joint?.resume(state.joint);
    if (state.relation) this.#relation?.resume(state.relation);
    for (const [i, saved] of state.fast.entries()) if (saved) this.#fast[i]?.resume(saved);
  }

  /** Scores single ticks where it matters: far beyond training, in an open alarm, or to learn from. */
  #scoreFast(): void {
    const { members } = this.#part;
    const { now, failures } = this.#activity;
    const learns = this.#ticks % this.#calibrationTicks === 0;
    for (let i = 0; i < members.length; i++) {
      const alarm = this.#fast[i];
      const fast = members[i]?.fast;
      if (!alarm || !fast) continue;
      const calls = now[i] as number;
      const failed = failures[i] as number;
      const isFar = isFarBeyond(failed, fast.failures) || isFarBeyond(calls, fast.activity);
      this.#isFar[i] = isFar ? 1 : 0;
      const matters = isFar || learns || alarm.open;
      const distance = matters ? fastDistance(calls, failed, fast.activity, fast.failures) : 0;
      alarm.score(matters ? surprise(distance, fast.scale) : Number.NaN);
    }
  }

  #worstRelation({ edges }: NonNullable<HostFacts['relation']>): number {
    let worst = Number.NEGATIVE_INFINITY;
    for (const [i, edge] of edges.entries()) {
      const s = surprise(shortfall(edge, this.#z), edge.scale);
      if (s > worst) {
        worst = s;
        this.#worstEdge = i;
      }
    }
    return worst;
  }

  /** A callee is blamed where neither end of the edge has an alarm that explains it. */
  #judgeRelation(
    ts: number,
    { warn, critical }: Limits,
    explained: Explained,
  ): readonly HostFinding[] {
    const alarm = this.#relation;
    if (!alarm?.judge(ts, warn, this.#unsure)) return [];
    const edge = this.#part.relation?.edges[this.#worstEdge];
    const callee = edge && this.#part.members[edge.callee];
    const caller = edge && this.#part.members[edge.caller];
    if (!edge || !callee || !caller) return [];
    if (explained.of(sourceKey(callee)) || explained.of(sourceKey(caller))) {
      alarm.mute();
      return [];
    }
    alarm.blame(sourceKey(callee));
    const foretold = edge.slope * (this.#z[edge.caller] as number);
    const reasons = [
      this.#activityReason(edge.callee, foretold, EXPECTED * edge.sd, 1),
      this.#activityReason(edge.caller, 0, EXPECTED, 0),
    ];
    const severity = alarm.now.score >= critical ? 'critical' : 'warning';
    return [this.#finding(alarm, callee, severity, 'relation', reasons)];
  }

  /** The host as a whole pages: only beyond the critical limit, and where no single source explains it. */
  #judgeJoint(ts: number, { critical }: Limits, explained: Explained): readonly HostFinding[] {
    const alarm = this.#joint;
    const view = this.#view;
    if (!view || !alarm?.judge(ts, critical, this.#unsure)) return [];
    const culprit = this.#part.members[view.culprit()];
    if (!culprit || explained.some) {
      alarm.mute();
      return [];
    }
    alarm.blame(sourceKey(culprit));
    return [this.#finding(alarm, culprit, 'critical', 'joint', this.#jointReasons(view))];
  }

  /** What each source does beyond what the others foretell, the furthest first. */
  #jointReasons({ unforeseen, ownSd }: HostJointView): readonly Reason[] {
    const total = unforeseen.reduce((sum, u) => sum + u * u, 0);
    return [...unforeseen.keys()]
      .sort((a, b) => Math.abs(unforeseen[b] as number) - Math.abs(unforeseen[a] as number))
      .slice(0, MOST_REASONS)
      .map((i) => {
        const sd = ownSd[i] as number;
        const u = unforeseen[i] as number;
        const foretold = (this.#z[i] as number) - u * sd;
        return this.#activityReason(i, foretold, EXPECTED * sd, (u * u) / total);
      });
  }

  #activityReason(i: number, around: number, by: number, contribution: number): Reason {
    const member = this.#part.members[i] as MemberFacts;
    return {
      metric: member.metrics.join('+'),
      actual: rounded(this.#activity.recent[i] as number),
      expected: [
        rounded(activityAt(around - by, member)),
        rounded(activityAt(around + by, member)),
      ],
      contribution: rounded(contribution),
      firstSeen: false,
    };
  }

  #finding(
    alarm: HostAlarm,
    { kind, name }: SourceId,
    severity: Severity,
    seenBy: AnomalyKind,
    reasons: readonly Reason[],
  ): HostFinding {
    const mute = (): void => alarm.mute();
    return { source: { kind, name }, now: alarm.now, severity, kinds: [seenBy], reasons, mute };
  }
}

/** See {@link HostWatch.state}. */
export interface HostWatchState {
  readonly ticks: number;
  readonly activity: HostActivityState;
  readonly joint: HostAlarmState | null;
  readonly relation: HostAlarmState | null;
  readonly fast: readonly (HostAlarmState | null)[];
}
