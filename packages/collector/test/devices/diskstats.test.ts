import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskReader, parseDiskstats } from '../../src/devices/diskstats.js';
import { SourceAdmission } from '../../src/tick/source-limits.js';
import { TickDraft } from '../../src/tick/tick-draft.js';

const stamp = { seq: 0, ts: 0, intervalNs: 1e9, markers: [], missed: 0 };

describe('the disks', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ethogram-disks-'));
    mkdirSync(join(root, 'block/sda'), { recursive: true });
    mkdirSync(join(root, 'block/cciss!c0d0'), { recursive: true });
    mkdirSync(join(root, 'block/loop0'), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const disk = (device: string, ...fields: number[]) =>
    `   8       0 ${device} ${fields.join(' ')}`;
  const put = (...lines: string[]) =>
    writeFileSync(join(root, 'diskstats'), `${lines.join('\n')}\n`);
  const reader = () => new DiskReader({ procRoot: root, sysRoot: root });
  const read = (disks: DiskReader) => {
    const draft = new TickDraft(new SourceAdmission({ maxSources: 1 }));
    disks.read(draft, stamp);
    return Object.fromEntries(
      draft.samples().map((sample) => [sample.name, Object.fromEntries(sample.values)]),
    );
  };

  it('give requests, bytes and busy time since the tick before, and the queue as it is', () => {
    put(disk('sda', 100, 0, 2000, 0, 200, 0, 4000, 0, 0, 130, 0, 5, 0, 80, 0));
    const disks = reader();
    disks.baseline();
    put(disk('sda', 103, 9, 2016, 9, 201, 9, 4008, 9, 4, 380, 9, 7, 9, 96, 9));
    expect(read(disks)).toEqual({
      sda: {
        'iops.read': 3,
        'bytes.read': 16 * 512,
        'iops.write': 1,
        'bytes.write': 8 * 512,
        'iops.discard': 2,
        'queue.depth': 4,
        utilisation: 250_000,
      },
    });
    expect(read(disks)['sda']).toEqual({ 'queue.depth': 4, utilisation: 0 });
  });

  it('leave out partitions, and what never saw a request', () => {
    const used = [1, 0, 8, 0, 0, 0, 0, 0, 0, 1, 1];
    put(disk('sda1', ...used), disk('loop0', ...used.map(() => 0)), disk('cciss/c0d0', ...used));
    const disks = reader();
    disks.baseline();
    expect(Object.keys(read(disks))).toEqual(['cciss/c0d0']);
  });

  it('count a device that appears from its first request', () => {
    put('');
    const disks = reader();
    disks.baseline();
    put(disk('sda', 2, 0, 8, 0, 0, 0, 0, 0, 0, 1, 1));
    expect(read(disks)['sda']?.['iops.read']).toBe(2);
  });

  it('start anew where counters went back, since the name went to another device', () => {
    put(disk('sda', 900, 0, 9000, 0, 900, 0, 9000, 0, 0, 500, 0));
    const disks = reader();
    disks.baseline();
    put(disk('sda', 4, 0, 32, 0, 0, 0, 0, 0, 0, 10, 0));
    expect(read(disks)['sda']).toMatchObject({ 'iops.read': 4, utilisation: 10_000 });
  });

  it('go on through the wrap of the busy milliseconds, and are never more than wholly busy', () => {
    put(disk('sda', 1, 0, 8, 0, 0, 0, 0, 0, 0, 2 ** 32 - 100, 0));
    const disks = reader();
    disks.baseline();
    put(disk('sda', 1, 0, 8, 0, 0, 0, 0, 0, 0, 400, 0));
    expect(read(disks)['sda']?.['utilisation']).toBe(500_000);
    put(disk('sda', 1, 0, 8, 0, 0, 0, 0, 0, 0, 1500, 0));
    expect(read(disks)['sda']?.['utilisation']).toBe(1_000_000);
  });

  it('are none where the kernel has no such file, or none that can be read', () => {
    const disks = reader();
    disks.baseline();
    expect(read(disks)).toEqual({});
    expect(parseDiskstats('8 0 sda 1 2\n\n8 0 sdb x 0 0 0 0 0 0 0 0 0 0\n')).toEqual([]);
  });
});
