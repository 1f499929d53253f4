import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The top folder of the checkout. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * How long a command may take to end by itself once we were told to stop: what stops us (a terminal,
 * `timeout`, a service manager) mostly tells the command too, and a second signal ends it at once,
 * where a clean end may take five seconds.
 */
const GRACE_MS = 8_000;

/** Says a line to the person at the terminal; data goes to stdout, talk to stderr. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Says what is about to be done. */
export function step(text) {
  say(`\n── ${text}`);
}

/**
 * Runs a command and waits for it. Where SIGINT or SIGTERM comes meanwhile, the command is stopped
 * too, and once it has ended this process does, with the exit code that a shell gives the signal.
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean, env?: Record<string, string>, cwd?: string }} [options] quiet keeps
 *   the output back and hands it out only in the result
 * @returns {Promise<{ code: number, output: string }>} code 127 where the command is not there, 128
 *   and the number of the signal where one ended it
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: options.quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    });
    const signals = relaySignals(child);
    let output = '';
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('error', (error) => {
      signals.end();
      resolve({ code: 127, output: `${error.message}\n` });
    });
    child.on('close', (code, signal) => {
      signals.end();
      resolve({ code: code ?? exitCodeOf(signal), output });
    });
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

/** Hands signals on to a child; `end` takes the listeners away, and ends us where one came. */
function relaySignals(child) {
  let first;
  let timer;
  let isLate = false;
  const onSignal = (signal) => {
    first ??= signal;
    if (isLate) child.kill(signal);
    timer ??= setTimeout(() => {
      isLate = true;
      child.kill(first);
    }, GRACE_MS);
  };
  const names = ['SIGINT', 'SIGTERM'];
  for (const name of names) process.on(name, onSignal);
  return {
    end: () => {
      clearTimeout(timer);
      for (const name of names) process.off(name, onSignal);
      if (first) process.exit(exitCodeOf(first));
    },
  };
}

/** What a shell makes of a signal; 1 without one. */
function exitCodeOf(signal) {
  return signal ? 128 + (constants.signals[signal] ?? 0) : 1;
}
