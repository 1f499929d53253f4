import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchTable } from '@ethogram/testkit/bench';
import { PARTS, type Part } from './parts.js';
import { processTree } from './process-cost.js';

/** What a part measured, or why it did not. */
export type PartOutcome =
  | { readonly tables: readonly BenchTable[] }
  | { readonly tables?: never; readonly reason: string };

const PROGRAM = fileURLToPath(new URL('measure-part.js', import.meta.url));

/** Where a part leaves its tables, in its folder. */
export function tablesFile(folder: string): string {
  return join(folder, 'tables.json');
}

/**
 * Runs a part in a process of its own, so that one that fails or hangs takes no other with it.
 * Past its time it is killed, and all that it started.
 * @param folder made here, for what the part writes.
 */
export async function runPart(part: Part, folder: string, quick: boolean): Promise<PartOutcome> {
  mkdirSync(folder);
  const { most } = PARTS[part];
  const child = spawn(process.execPath, [PROGRAM, part, folder, ...(quick ? ['--quick'] : [])], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4000);
  });
  let late = false;
  const end = () => {
    for (const pid of processTree(child.pid as number)) kill(pid);
  };
  const timer = setTimeout(() => {
    late = true;
    end();
  }, most * 1000);
  process.once('exit', end);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('exit', end);
  clearTimeout(timer);
  if (late) return { reason: `not done after ${most} s` };
  if (code === 0) return { tables: JSON.parse(readFileSync(tablesFile(folder), 'utf8')) };
  return { reason: /^\w*Error: .*/m.exec(complaint)?.[0] ?? (complaint.trim() || `exit ${code}`) };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
