import { setImmediate as breathe } from 'node:timers/promises';
import { parentPort, type Transferable, Worker } from 'node:worker_threads';
import { EthogramError } from '@ethogram/core';

/** Work that can be done in another thread as well as here. */
export interface Workshop<Job, Result> {
  /** The compiled file that a worker thread runs; it calls {@link answerJobs}. */
  readonly entry: URL;
  /** Does one job; the same job gives the same bytes in every thread. */
  readonly run: (job: Job) => Result | Promise<Result>;
}

/**
 * Makes a worker thread do one job a message, and answer with its result or its error; `null` asks
 * it to end.
 * @param close gives back what jobs have opened.
 * @param buffersOf buffers of a result that it takes with it instead of a copy of them.
 */
export function answerJobs<Job, Result>(
  run: Workshop<Job, Result>['run'],
  close: () => Promise<void> = async () => undefined,
  buffersOf: (result: Result) => readonly Transferable[] = () => [],
): void {
  parentPort?.on('message', async (job: Job | null) => {
    if (job === null) {
      await close().catch(() => undefined);
      parentPort?.close();
      return;
    }
    try {
      const result = await run(job);
      parentPort?.postMessage({ result }, buffersOf(result));
    } catch (error) {
      parentPort?.postMessage({ error: error instanceof EthogramError ? toPlain(error) : error });
    }
  });
}

/** A coded error as it crosses threads: a copy of an error keeps nothing but its message. */
interface PlainError {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly exitCode: EthogramError['exitCode'];
  readonly details: EthogramError['details'];
}

function toPlain({ code, message, remedy, exitCode, details }: EthogramError): PlainError {
  return { code, message, remedy, exitCode, details };
}

function fromPlain(error: unknown): unknown {
  if (error instanceof Error || typeof error !== 'object' || error === null) return error;
  if (!('code' in error)) return error;
  const { code, message, remedy, exitCode, details } = error as PlainError;
  return new EthogramError(code, { title: message, remedy, exitCode }, message, { details });
}

interface Waiting<Job, Result> {
  readonly job: Job;
  readonly transfer: readonly Transferable[];
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Worker threads that take jobs in the order in which they come. With none, and from TypeScript
 * sources (tests), everything runs in the calling thread, since a worker needs the compiled file.
 */
export class WorkerPool<Job, Result> {
  /** Worker threads; 0 where the calling thread does everything. */
  readonly threads: number;
  readonly #signal: AbortSignal | undefined;
  readonly #workers = new Set<Worker>();
  readonly #idle: Worker[] = [];
  readonly #queue: Waiting<Job, Result>[] = [];
  readonly #running = new Map<Worker, Waiting<Job, Result>>();
  readonly #workshop: Workshop<Job, Result>;
  readonly #onAbort = () => this.#fail(this.#signal?.reason);
  #closed = false;

  constructor(workshop: Workshop<Job, Result>, threads: number, signal?: AbortSignal) {
    this.#workshop = workshop;
    this.threads = import.meta.url.endsWith('.js') ? threads : 0;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /**
   * Runs a job.
   * @param transfer buffers of the job that it takes with it.
   * @throws what the job throws; the signal's reason when aborted.
   */
  async run(job: Job, transfer: readonly Transferable[] = []): Promise<Result> {
    this.#signal?.throwIfAborted();
    if (this.threads === 0) {
      const result = await this.#workshop.run(job);
      await breathe();
      this.#signal?.throwIfAborted();
      return result;
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, transfer, resolve, reject });
      this.#next();
    });
  }

  /** Ends the threads; jobs that wait are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    const idle = this.#running.size === 0;
    this.#fail(new Error('the pool of threads was closed'));
    // A thread that does nothing closes what it opened; one that works is stopped where it is.
    await Promise.all(
      [...this.#workers].map((worker) => (idle ? ended(worker) : worker.terminate())),
    );
  }

  #next(): void {
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop() ?? this.#start();
      if (!worker) return;
      const waiting = this.#queue.shift() as Waiting<Job, Result>;
      this.#running.set(worker, waiting);
      worker.postMessage(waiting.job, waiting.transfer);
    }
  }

  #start(): Worker | undefined {
    if (this.#workers.size >= this.threads || this.#closed) return undefined;
    const worker = new Worker(this.#workshop.entry);
    this.#workers.add(worker);
    worker.on('message', (answer: { readonly result: Result } | { readonly error: unknown }) => {
      const waiting = this.#running.get(worker);
      this.#running.delete(worker);
      this.#idle.push(worker);
      if ('error' in answer) waiting?.reject(fromPlain(answer.error));
      else waiting?.resolve(answer.result);
      this.#next();
    });
    const gone = (error: Error) => {
      this.#workers.delete(worker);
      this.#running.get(worker)?.reject(error);
      this.#running.delete(worker);
      if (!this.#closed) this.#next();
    };
    worker.on('error', gone);
    worker.on('exit', () => gone(new Error('a worker thread ended before its work')));
    return worker;
  }

  #fail(reason: unknown): void {
    for (const { reject } of [...this.#running.values(), ...this.#queue]) reject(reason);
    this.#queue.length = 0;
  }
}

/** Asks a worker to end, and waits until it has. */
function ended(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve());
    worker.postMessage(null);
  });
}
