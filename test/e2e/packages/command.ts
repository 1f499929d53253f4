import { spawn } from 'node:child_process';

/** What a command left behind. */
export interface Ended {
  readonly code: number | null;
  /** Standard output and error, as they came. */
  readonly output: string;
  readonly stdout: string;
}

/** Runs a command to its end; 127 where it is not there. */
export function command(
  name: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(name, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', (error) => resolve({ code: 127, output: error.message, stdout }));
    child.on('close', (code) => resolve({ code, output, stdout }));
  });
}
