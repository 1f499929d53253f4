// `npm run soak [-- --minutes N] [-- --write]`: what takes hours, and so is in no other test. Needs
// root for the small disk, and a built checkout. Prints what it found; fails where something broke.
// `--only services` or `--only tests` leaves the other part out. `--server-minutes` is how much of
// the time the loss of a database gets (three tenths unless told); `--keep FOLDER` leaves the
// service's store and anomalies there, to look into what it said.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBenchResult } from '../../packages/testkit/dist/bench/index.js';
import { countedTests } from './counted.mjs';
import { soakEmbedded } from './embedded.mjs';
import { soakServer } from './server.mjs';
import { flags, folder, minutes, problems, ROOT, say, serverMinutes } from './settings.mjs';
import { serviceTables, testTables } from './tables.mjs';

function print(tables) {
  for (const { title, columns, rows, note } of tables) {
    process.stdout.write(`\n${title}\n${columns.join(' | ')}\n`);
    for (const row of rows) process.stdout.write(`${row.join(' | ')}\n`);
    if (note) process.stdout.write(`${note}\n`);
  }
}

function write(bench, options, tables) {
  if (!flags.write) return;
  const command = ['npm run soak --', ...options].join(' ');
  const file = join(ROOT, 'test/bench/results', `${bench}.json`);
  writeBenchResult(file, { bench, command, versions: {}, tables });
}

async function soakServices() {
  const startMs = Date.now();
  say(`a soak of ${minutes} minutes in ${folder}`);
  const embedded = await soakEmbedded((minutes - serverMinutes) * 60_000);
  const server = await soakServer(serverMinutes * 60_000);
  const tables = serviceTables({ embedded, server, problems, elapsedMs: Date.now() - startMs });
  print(tables);
  const options = [`--minutes ${minutes}`, `--server-minutes ${serverMinutes}`];
  write('soak', ['--only services', ...options, `--backend ${flags.backend}`], tables);
}

/** The result is written as each file ends: hours of tests may be ended early. */
function soakTests() {
  const before = problems.length;
  const counted = [];
  const tables = () => testTables(counted, problems.slice(before));
  for (const outcome of countedTests()) {
    counted.push(outcome);
    const options = [`--fuzz ${flags.fuzz}`, `--kills ${flags.kills}`];
    write('damage', ['--only tests', ...options], tables());
  }
  print(tables());
}

try {
  if (flags.only !== 'tests') await soakServices();
  if (flags.only !== 'services') soakTests();
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  writeFileSync(join(tmpdir(), 'ethogram-soak-last.txt'), problems.join('\n'));
  spawnSync('umount', ['-l', join(folder, 'disk')]);
  rmSync(folder, { recursive: true, force: true });
}
