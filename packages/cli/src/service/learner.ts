import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Store } from '@ethogram/store';
import {
  activeVersion,
  learnedAt,
  type ModelOwner,
  type ModelVersion,
  nameToLearn,
} from './own-model.js';
import { dueAfter, type Schedule } from './schedule.js';

/** What a learner works with. */
export interface LearnerSettings extends ModelOwner {
  readonly store: Store;
  readonly recording: string;
  readonly schedule: Schedule;
  /** Learns in a process of its own: arguments of `ethogram`, its exit code and last words. */
  readonly run: (args: readonly string[]) => Promise<LearnerRun>;
  /** Told what came of it, in words. */
  readonly onLearned: (text: string, outcome: LearnerOutcome) => void;
}

/** What became of a training: in use at once, kept to be looked at, or nothing. */
export type LearnerOutcome = 'active' | 'candidate' | 'failed';

/** How a run of learning ended. */
export interface LearnerRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** After a training that failed, so long until the next. */
const RETRY_MS = 600_000;
/** How much of what was recorded last is held against the model. */
const DRIFT_WINDOW = '-1h';
/** So many times in a row: one busy hour is no drift. */
const DRIFTS = 2;

/**
 * Learns when it is time: first when enough was recorded, then regularly or when the host has
 * drifted away from the model; never while an incident is open, since what is wrong shall not
 * become normal. Later models are promoted only where they are no worse (`train --update`).
 */
export class Learner {
  readonly #settings: LearnerSettings;
  #schedule: Schedule;
  #dueAt: number | undefined;
  #compareAt: number | undefined;
  #drifts = 0;
  #running: Promise<void> | undefined;

  constructor(settings: LearnerSettings) {
    this.#settings = settings;
    this.#schedule = settings.schedule;
  }

  /** Learns by another schedule from now on. */
  follow(schedule: Schedule): void {
    this.#schedule = schedule;
    this.#dueAt = undefined;
    this.#compareAt = undefined;
  }

  /** Begins to learn, or to look for drift, where it is time; returns soon. */
  async tick(nowMs: number, hasOpenIncident: boolean): Promise<void> {
    this.#dueAt ??= await this.#firstDue(nowMs);
    const { driftEveryMs } = this.#schedule;
    this.#compareAt ??= driftEveryMs > 0 ? nowMs + driftEveryMs : Number.POSITIVE_INFINITY;
    if (this.#running || hasOpenIncident) return;
    const work =
      nowMs >= this.#dueAt
        ? this.#learn(nowMs)
        : nowMs >= this.#compareAt
          ? this.#lookForDrift(nowMs)
          : undefined;
    this.#running = work
      ?.catch((failure: unknown) => {
        // The store went away meanwhile, or no process could be started: later, then.
        this.#dueAt = Math.max(this.#dueAt ?? 0, nowMs + RETRY_MS);
        const why = failure instanceof Error ? failure.message : String(failure);
        this.#settings.onLearned(why, 'failed');
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Waits for a training that runs. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #firstDue(nowMs: number): Promise<number> {
    const { store, host, recording } = this.#settings;
    const listed = await store.models.list();
    const recordings = await store.samples.recordings();
    const name = nameToLearn(listed, this.#settings, recordings, recording);
    const lastMs = learnedAt(listed, this.#settings, name);
    if (lastMs !== undefined) return dueAfter(lastMs, this.#schedule);
    const recorded = recordings.find((info) => info.name === recording && info.host === host);
    return (recorded?.from ?? nowMs) + this.#schedule.firstAfterMs;
  }

  async #learn(nowMs: number): Promise<void> {
    const { recording, host, run, onLearned } = this.#settings;
    const { windowMs, more } = this.#schedule;
    const { code, stdout, stderr } = await run([
      'train',
      ...['--recording', recording, '--host', host, '--from', `-${Math.ceil(windowMs / 1000)}s`],
      ...(await this.#follows()),
      ...more,
      ...['-o', 'table', '--quiet'],
    ]);
    const nextMs = dueAfter(nowMs, this.#schedule);
    this.#dueAt = code === 0 ? nextMs : Math.min(nextMs, nowMs + RETRY_MS);
    this.#drifts = 0;
    const state = /^state +(active|candidate)\b/m.exec(stdout)?.[1];
    const outcome = code !== 0 ? 'failed' : state === 'active' ? 'active' : 'candidate';
    onLearned((code === 0 ? stdout : stderr).trim(), outcome);
  }

  /** Holds the last hour against the model; learns where it has drifted, and keeps drifting. */
  async #lookForDrift(nowMs: number): Promise<void> {
    const { store, recording, host, run } = this.#settings;
    this.#compareAt = nowMs + this.#schedule.driftEveryMs;
    const active = activeVersion(await store.models.list(), this.#settings);
    if (!active) return;
    const { code, stdout } = await run([
      'compare',
      ...['--model', referenceOf(active), '--recording', recording, '--host', host],
      ...['--from', DRIFT_WINDOW],
      ...['-o', 'json', '--quiet'],
    ]);
    if (code !== 0) return;
    this.#drifts = /"verdict": ?"drifting"/.exec(stdout.slice(0, 400)) ? this.#drifts + 1 : 0;
    if (this.#drifts >= DRIFTS) await this.#learn(nowMs);
  }

  /** Whether a model is followed or begun, and its name; as arguments of `train`. */
  async #follows(): Promise<readonly string[]> {
    const { store, recording } = this.#settings;
    const listed = await store.models.list();
    const active = activeVersion(listed, this.#settings);
    if (active) return ['--update', referenceOf(active)];
    const recordings = await store.samples.recordings();
    return ['--name', nameToLearn(listed, this.#settings, recordings, recording)];
  }
}

/** With its version: a bare name might be that of a file where we run. */
function referenceOf({ name, version }: ModelVersion): string {
  return `${name}@${version}`;
}

/** When we stop, a training gets so long to stop as well. */
const PATIENCE_MS = 1_000;
/** Learning yields to everything else that the host does. */
const NICE = 10;
/** Where memory runs out, the kernel ends a training before the service (proc_pid_oom_score_adj(5)). */
const OOM_SCORE = 500;

/**
 * Runs `ethogram` in a process of its own, so that learning does not hold up the ticks.
 * @param env holds the store URI, which shall not show in the list of processes.
 */
export function runOwnBinary(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<LearnerRun> {
  const binary = fileURLToPath(new URL('../../bin/ethogram.js', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [binary, ...args], {
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    makeNice(child.pid);
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      text.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text.stderr += chunk;
    });
    let impatient: NodeJS.Timeout | undefined;
    const stop = () => {
      child.kill('SIGTERM');
      // In the midst of a long computation it does not hear us; the store survives its end.
      impatient = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(impatient);
      signal.removeEventListener('abort', stop);
      resolve({ code, ...text });
    });
  });
}

function makeNice(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, NICE);
    writeFileSync(`/proc/${pid}/oom_score_adj`, String(OOM_SCORE));
  } catch {
    // It has ended, we may not, or the system has no such file: it learns as it is.
  }
}
