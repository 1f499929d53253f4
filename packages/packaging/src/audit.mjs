import { pathToFileURL } from 'node:url';
import { run, say } from '../../setup/src/terminal.mjs';

/** From which severity on a known fault of a dependency is ours to mend before anything else. */
const SEVERE = ['high', 'critical'];

/**
 * Asks the registry which faults are known of the packages that the product brings along.
 * @returns {Promise<{ found: Record<string, number>, severe: string[] } | { reason: string }>}
 *   counts by severity and the names of severe ones, or why nobody could be asked
 */
export async function auditDependencies() {
  const { output } = await run('npm', ['audit', '--omit', 'dev', '--json'], { quiet: true });
  const start = output.indexOf('{');
  let answer;
  try {
    answer = JSON.parse(output.slice(start, output.lastIndexOf('}') + 1));
  } catch {
    return { reason: `npm audit answered no JSON: ${output.trim().slice(0, 200)}` };
  }
  if (!answer.vulnerabilities) {
    const what = answer.message ?? answer.error?.summary ?? 'no list of vulnerabilities';
    // The address may be that of a private mirror, and may hold a token.
    return {
      reason: `the registry cannot be asked: ${what.replace(/https?:\/\/\S+/g, '(address)')}`,
    };
  }
  const severe = Object.values(answer.vulnerabilities)
    .filter(({ severity }) => SEVERE.includes(severity))
    .map(({ name, severity }) => `${name} (${severity})`);
  return { found: answer.metadata.vulnerabilities, severe };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const result = await auditDependencies();
  if (result.reason) {
    say(`audit: NOT DONE: ${result.reason}`);
    process.exitCode = 2;
  } else {
    process.stdout.write(`${JSON.stringify(result.found)}\n`);
    for (const one of result.severe) say(`audit: ${one}`);
    process.exitCode = result.severe.length > 0 ? 1 : 0;
  }
}
