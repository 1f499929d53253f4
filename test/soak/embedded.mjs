import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startChurn } from './churn.mjs';
import { ethogram, metrics, startService } from './service.mjs';
import { expect, flags, folder, say } from './settings.mjs';

/** Of the disk that the store is on. */
export const DISK_MIB = 96;

/** One service on a small disk for most of the time, under churn: kills and a full disk. */
export async function soakEmbedded(forMs) {
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', disk]);
  const hasDisk = mounted.status === 0;
  if (!hasDisk) say('no small disk: mounting one needs root; the full disk is not tried');
  const store = `lmdb:${join(disk, 'store')}`;
  const learnMs = Math.max(120_000, Math.min(1_200_000, forMs / 4));
  const one = startService('lmdb', store, [
    ...['--first-after', `${Math.round(learnMs / 1000)}s`, '--learn-every', '4h'],
    ...['--max-bytes', `${Math.round(DISK_MIB / 2)}MiB`, '--max-cpu', '50%'],
  ]);
  const churn = startChurn();
  const startMs = Date.now();
  const memory = [];
  const plan = [
    { at: 0.15, what: 'kill' },
    { at: 0.5, what: 'full' },
    { at: 0.7, what: 'kill' },
    { at: 0.85, what: 'kill' },
  ];
  let lifeOfMemory = 0;
  let took = 0;
  const lost = new Map();
  let drops = 0;
  let scoredMs = 0;
  let lookedMs = Date.now();
  let last;
  const endLife = () => {
    if (!last) return;
    took += last.get('ethogram_ticks_total') ?? 0;
    drops += last.get('ethogram_store_drops_total') ?? 0;
    for (const [name, value] of last) {
      const cause = /^ethogram_lost_total\{cause="([^"]+)"/.exec(name)?.[1];
      if (cause && value > 0) lost.set(cause, (lost.get(cause) ?? 0) + value);
    }
    last = undefined;
  };
  while (Date.now() - startMs < forMs) {
    await delay(5_000);
    const seen = await metrics();
    const now = Date.now();
    if (seen) {
      last = seen;
      if (seen.has('ethogram_model_warn_score')) scoredMs += now - lookedMs;
      memory.push({
        life: lifeOfMemory,
        minute: (now - one.lives.at(-1).startedMs) / 60_000,
        mib: (seen.get('ethogram_resident_memory_bytes') ?? 0) / 2 ** 20,
      });
    }
    lookedMs = now;
    if (!one.isAlive()) {
      expect(false, `the service ended by itself: ${one.lives.at(-1).stderr.slice(-600)}`);
      endLife();
      one.restart();
      lifeOfMemory++;
    }
    const next = plan[0];
    if (!next || now - startMs < next.at * forMs) continue;
    plan.shift();
    if (next.what === 'kill') {
      endLife();
      await one.kill();
      one.restart();
      lifeOfMemory++;
    } else if (hasDisk) await fullDisk(disk, one);
  }
  endLife();
  await churn.stop();
  const stopMs = await one.stop();
  expect(stopMs < 5_000, `SIGTERM ended the service in ${stopMs} ms`);
  const [info] = ethogram(store, 'recordings');
  expect(
    info !== undefined && info.ticks <= took + one.lives.length * 12,
    `no tick stands twice: ${info?.ticks} stored of ${took} taken`,
  );
  // What was acknowledged is there: only what was dropped, or taken within a tick of a kill, is not.
  expect(
    (info?.ticks ?? 0) >= took - drops - 3 * one.lives.length,
    `${info?.ticks} ticks stored, ${took} taken, ${drops} dropped, ${one.lives.length - 1} kills`,
  );
  const anomalies = one.anomalies();
  if (flags.keep) {
    cpSync(disk, join(flags.keep, 'disk'), { recursive: true });
    const lines = anomalies.map((anomaly) => `${JSON.stringify(anomaly)}\n`);
    writeFileSync(join(flags.keep, 'anomalies.jsonl'), lines.join(''));
  }
  if (hasDisk) spawnSync('umount', ['-l', disk]);
  return {
    hasDisk,
    spawned: churn.spawned(),
    kills: one.lives.length - 1,
    took,
    stored: info?.ticks ?? 0,
    lost,
    drops,
    stopMs,
    memory,
    scoredHours: scoredMs / 3_600_000,
    startMs,
    anomalies,
  };
}

/** Fills the disk for a minute; the service must live, and get going again. */
async function fullDisk(disk, one) {
  say('filling the disk');
  const ballast = join(disk, 'ballast');
  spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=64k'], { stdio: 'ignore' });
  await delay(60_000);
  const full = await metrics();
  const waiting = full?.get('ethogram_store_buffered_ticks') ?? 0;
  expect(one.isAlive(), `the service lives on a full disk; ${waiting} ticks wait`);
  rmSync(ballast, { force: true });
  await delay(40_000);
  const after = await metrics();
  const left = after?.get('ethogram_store_buffered_ticks');
  expect(left === 0, `nothing waits once there is room again (${left})`);
}
