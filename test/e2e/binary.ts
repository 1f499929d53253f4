import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The binary as a user's shell finds it. */
export const ETHOGRAM = fileURLToPath(
  new URL('../../packages/cli/bin/ethogram.js', import.meta.url),
);

/** What a finished run left behind. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run that goes on in the background. */
export interface Running {
  readonly child: ChildProcess;
  readonly done: Promise<Finished>;
}

/** Starts the binary; its environment holds no variable of ours but those given. */
export function start(args: readonly string[], env: Record<string, string> = {}): Running {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('ETHOGRAM_')),
  );
  const child = spawn(process.execPath, [ETHOGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...clean, NO_COLOR: '1', ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const done = new Promise<Finished>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, done };
}

/** Runs the binary to its end. */
export function ethogram(...args: string[]): Promise<Finished> {
  return start(args).done;
}

/** Reads JSON Lines. */
export function jsonLines<Row>(text: string): Row[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Row);
}
