import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCollector } from '../../src/open-collector.js';
import { parseHidepid, whyHidden } from '../../src/procfs/hidden-processes.js';

describe('a mount of procfs', () => {
  it.each<[string, ReturnType<typeof parseHidepid>]>([
    ['proc /proc proc rw,nosuid,relatime 0 0', undefined],
    ['proc /proc proc rw,hidepid=0 0 0', undefined],
    ['proc /proc proc rw,hidepid=off 0 0', undefined],
    ['proc /proc proc rw,hidepid=2 0 0', { level: '2', group: 0 }],
    ['proc /proc proc rw,gid=27,hidepid=invisible 0 0', { level: 'invisible', group: 27 }],
    ['tmpfs /proc tmpfs rw,hidepid=2 0 0', undefined],
    ['p /other proc rw 0 0\nproc /proc proc rw,hidepid=1 0 0', { level: '1', group: 0 }],
    ['proc /proc proc rw 0 0\nproc /proc proc rw,hidepid=4 0 0', { level: '4', group: 0 }],
  ])('says whom it hides: %s', (mounts, expected) => {
    expect(parseHidepid(`${mounts}\n`, '/proc')).toEqual(expected);
  });
});

describe('processes that procfs hides', () => {
  let proc = '';
  beforeEach(() => {
    proc = mkdtempSync(join(tmpdir(), 'ethogram-hidden-'));
    mkdirSync(join(proc, 'self'));
  });
  afterEach(() => rmSync(proc, { recursive: true, force: true }));

  /** Whether others are hidden from a process of these rights. */
  function hides(options: string, { caps = '0', gid = 1000, groups = '' } = {}): boolean {
    writeFileSync(join(proc, 'self/mounts'), `proc /proc proc rw,${options} 0 0\n`);
    const status = `Gid:\t${gid}\t${gid}\t${gid}\t${gid}\nGroups:\t${groups} \nCapEff:\t${caps}\n`;
    writeFileSync(join(proc, 'self/status'), status);
    return whyHidden(proc) !== undefined;
  }

  it('are seen with CAP_SYS_PTRACE, and by the group of the mount, which is root’s by default', () => {
    expect(hides('relatime')).toBe(false);
    expect(hides('hidepid=2')).toBe(true);
    expect(hides('hidepid=2', { caps: '80000' })).toBe(false);
    expect(hides('hidepid=2', { caps: 'fff7ffff' })).toBe(true);
    expect(hides('hidepid=2', { gid: 0 })).toBe(false);
    expect(hides('hidepid=noaccess,gid=27', { gid: 0 })).toBe(true);
    expect(hides('hidepid=noaccess,gid=27', { groups: '4 27' })).toBe(false);
    expect(hides('hidepid=ptraceable,gid=27', { groups: '27' })).toBe(true);
  });

  it('are what the procfs backend says that it cannot see, in every tick too', async () => {
    hides('hidepid=ptraceable');
    const source = await openCollector({ backend: 'procfs', procRoot: proc, intervalMs: 10 });
    const { blind, limitations } = source.description;
    expect(blind).toContain('processes of other users');
    expect(limitations).toEqual([
      expect.objectContaining({
        code: 'COLLECT-2004',
        reason: expect.stringContaining('hidepid=ptraceable'),
        remedy: expect.stringContaining('--keep-ptrace'),
      }),
    ]);
    for await (const tick of source.ticks(AbortSignal.timeout(30))) {
      expect(tick.blind).toEqual(blind);
    }
    await source.close();
    hides('relatime');
    const open = await openCollector({ backend: 'procfs', procRoot: proc });
    expect(open.description.blind).not.toContain('processes of other users');
    await open.close();
  });
});
