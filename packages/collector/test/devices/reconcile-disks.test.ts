import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseDiskstats } from '../../src/devices/diskstats.js';
import { DiskLedger, parseIoStat } from '../../src/devices/reconcile-disks.js';

const root = mkdtempSync(join(tmpdir(), 'ethogram-reconcile-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Sectors have 512 bytes. */
function disks(reads: number, readSectors: number, writes: number, writtenSectors: number) {
  const text = `254 0 vda ${reads} 0 ${readSectors} 0 ${writes} 0 ${writtenSectors} 0 0 0 0 0\n`;
  return new Map(parseDiskstats(text).map((disk) => [disk.device, disk]));
}

describe('what was charged beside what the kernel says', () => {
  it('counts both from the same start', () => {
    const ledger = new DiskLedger(join(root, 'none'));
    ledger.charge('vda', 900, 900);
    ledger.take(disks(1000, 8000, 500, 4000));
    ledger.charge('vda', 9, 5120);
    ledger.take(disks(1006, 8006, 504, 4004));
    ledger.charge('vda', 1, 512);
    ledger.take(disks(1007, 8007, 504, 4004));
    expect(ledger.result()).toEqual([
      {
        device: 'vda',
        counted: { requests: 10, bytes: 5632 },
        diskstats: { requests: 11, bytes: 11 * 512 },
      },
    ]);
  });

  it('sets io.stat beside it where the root of the control groups has one', () => {
    const folder = join(root, 'fs/cgroup/unified');
    mkdirSync(folder, { recursive: true });
    const write = (rios: number) =>
      writeFileSync(
        join(folder, 'io.stat'),
        `254:0 rbytes=${rios * 512} wbytes=0 rios=${rios} wios=0 dbytes=0 dios=0\n7:0 \n`,
      );
    const ledger = new DiskLedger(root);
    write(100);
    ledger.take(disks(100, 100, 0, 0));
    write(103);
    ledger.take(disks(103, 103, 0, 0));
    expect(ledger.result()).toMatchObject([
      { counted: { requests: 0, bytes: 0 }, ioStat: { requests: 3, bytes: 1536 } },
    ]);
  });

  it('says nothing of devices that did nothing', () => {
    const ledger = new DiskLedger(root);
    ledger.take(disks(5, 5, 5, 5));
    ledger.take(disks(5, 5, 5, 5));
    expect(ledger.result()).toEqual([]);
  });

  it('reads no nonsense out of io.stat', () => {
    expect(parseIoStat('')).toEqual(new Map());
    expect(parseIoStat('vda rios=1\n254:0 rios=x\n254:16 rios=2 wios=3\n')).toEqual(
      new Map([['254:16', { requests: 5, bytes: 0 }]]),
    );
  });
});
