import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'ethogram-tutorial-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** What takes long on the page, and what a test takes in its place. */
const SHORTER: readonly (readonly [string, string])[] = [
  ['--duration 16m', '--duration 32s'],
  ['--duration 1m', '--duration 5s'],
];

/** The commands of the tutorial, one script from top to bottom. */
function tutorial(): string {
  const page = readFileSync(join(ROOT, 'docs/tutorial.md'), 'utf8');
  const script = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block).join('\n');
  return SHORTER.reduce((text, [long, short]) => {
    expect(text, `docs/tutorial.md has ${long}`).toContain(long);
    return text.replaceAll(long, short);
  }, script);
}

/** Runs a script; what it started in the background ends with it, whatever happens. */
function runScript(script: string): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const env = { ...process.env, HOME: home, NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile(
      'bash',
      ['-euo', 'pipefail', '-c', `trap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n${script}`],
      { cwd: ROOT, env, timeout: 400_000, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

test('the tutorial leads from the first recording to an alert in Alertmanager', async ({
  skip,
}) => {
  const missing = ['prometheus-alertmanager', 'amtool', 'python3', 'wget'].filter(
    (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0,
  );
  if (missing.length > 0)
    skip(`needs ${missing.join(', ')} (Debian prometheus-alertmanager, wget)`);
  const { code, stdout, stderr } = await runScript(tutorial());
  const log = () => `${stdout}\n${stderr}\n${read('run.log')}`;
  expect(code, log()).toBe(0);
  const alerts = read('alerts.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { status: string; source: { name: string } });
  expect(alerts.some(({ source }) => source.name.endsWith('kworkerd'))).toBe(true);
  expect(stdout, 'amtool shows an alert').toMatch(/Ethogram\S*\s+\d{4}-/);
  expect(stdout, 'explain says why').toMatch(/kworkerd[\s\S]*never seen/);
});

function read(name: string): string {
  try {
    return readFileSync(join(home, 'ethogram-tutorial', name), 'utf8');
  } catch (error) {
    return String(error);
  }
}
