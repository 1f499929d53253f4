import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The top folder of the checkout. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Says a line to the person at the terminal; data goes to stdout, talk to stderr. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Says what is about to be done. */
export function step(text) {
  say(`\n── ${text}`);
}

/**
 * Runs a command and waits for it.
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean, env?: Record<string, string>, cwd?: string }} [options] quiet keeps
 *   the output back and hands it out only in the result
 * @returns {Promise<{ code: number, output: string }>} code 127 where the command is not there
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: options.quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('error', (error) => resolve({ code: 127, output: `${error.message}\n` }));
    child.on('close', (code, signal) => resolve({ code: code ?? (signal ? 128 : 1), output }));
  });
}

/** Like {@link run}, quiet, but prints the output and throws where the command failed. */
export async function must(command, args, options = {}) {
  const result = await run(command, args, { quiet: true, ...options });
  if (result.code !== 0) {
    say(result.output);
    throw new Error(`\`${command} ${args.join(' ')}\` ended with exit code ${result.code}`);
  }
  return result;
}
