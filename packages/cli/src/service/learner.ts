import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Store } from '@ethogram/store';

/** What a learner works with. */
export interface LearnerSettings {
  readonly store: Store;
  /** Name of the model in the store. */
  readonly name: string;
  readonly host: string;
  readonly recording: string;
  /** After how much recording the first model is learned, and how often after that. */
  readonly firstAfterMs: number;
  readonly everyMs: number;
  /** How much of the recording is learned from, at most. */
  readonly windowMs: number;
  /** Learns in a process of its own: arguments of `ethogram`, its exit code and last words. */
  readonly run: (args: readonly string[]) => Promise<LearnerRun>;
  /** Told what came of it, in words. */
  readonly onLearned: (text: string) => void;
}

/** How a run of learning ended. */
export interface LearnerRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** After a training that failed, so long until the next. */
const RETRY_MS = 600_000;

/**
 * Learns when it is time: first when enough was recorded, then regularly; never while an incident
 * is open, since what is wrong shall not become normal. Later models are promoted only where they
 * are no worse (`train --update`).
 */
export class Learner {
  readonly #settings: LearnerSettings;
  #dueAt: number | undefined;
  #running: Promise<void> | undefined;

  constructor(settings: LearnerSettings) {
    this.#settings = settings;
  }

  /** Begins to learn where it is time; returns at once. */
  async tick(nowMs: number, hasOpenIncident: boolean): Promise<void> {
    this.#dueAt ??= await this.#firstDue(nowMs);
    if (this.#running || hasOpenIncident || nowMs < this.#dueAt) return;
    this.#running = this.#learn(nowMs).finally(() => {
      this.#running = undefined;
    });
  }

  /** Waits for a training that runs. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #firstDue(nowMs: number): Promise<number> {
    const { store, name, host, recording, everyMs, firstAfterMs } = this.#settings;
    const learned = (await store.models.list()).filter((model) => model.name === name);
    if (learned.length > 0) return Math.max(...learned.map((m) => m.storedAt)) + everyMs;
    const recorded = (await store.samples.recordings()).find(
      (info) => info.name === recording && info.host === host,
    );
    return (recorded?.from ?? nowMs) + firstAfterMs;
  }

  async #learn(nowMs: number): Promise<void> {
    const { store, name, host, recording, windowMs, everyMs, run, onLearned } = this.#settings;
    const exists = (await store.models.list()).some((m) => m.name === name && m.state === 'active');
    const { code, stdout, stderr } = await run([
      'train',
      ...['--recording', recording, '--host', host, '--from', `-${Math.ceil(windowMs / 1000)}s`],
      ...(exists ? ['--update', name] : ['--name', name]),
      ...['-o', 'table', '--quiet'],
    ]);
    this.#dueAt = nowMs + (code === 0 ? everyMs : Math.min(everyMs, RETRY_MS));
    onLearned((code === 0 ? stdout : stderr).trim());
  }
}

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
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      text.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text.stderr += chunk;
    });
    const stop = () => child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    child.on('error', reject);
    child.on('close', (code) => {
      signal.removeEventListener('abort', stop);
      resolve({ code, ...text });
    });
  });
}
