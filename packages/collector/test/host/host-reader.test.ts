import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Marker } from '@ethogram/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostReader } from '../../src/host/host-reader.js';
import { SourceAdmission } from '../../src/tick/source-limits.js';
import { TickDraft } from '../../src/tick/tick-draft.js';

const fixture = fileURLToPath(new URL('../fixtures/web-host/proc', import.meta.url));
const stamp = { seq: 0, ts: 7, intervalNs: 1e9, markers: [], missed: 0 };

describe('the host', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ethogram-host-'));
    cpSync(fixture, root, { recursive: true, verbatimSymlinks: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const change = (file: string, from: string, to: string) => {
    const text = readFileSync(join(root, file), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(root, file), text.replace(from, to));
  };
  const read = (host: HostReader, markers: readonly Marker[] = []) => {
    const draft = new TickDraft(new SourceAdmission({ maxSources: 1 }));
    draft.markers.push(...markers);
    host.read(draft, stamp);
    return { draft, values: Object.fromEntries(draft.samples()[0]?.values ?? []) };
  };

  it('gives utilisation, saturation and errors of each resource', () => {
    const host = new HostReader({ procRoot: root });
    host.baseline();
    // 50 busy, 130 idle and 20 waiting for I/O.
    change('stat', 'cpu  1000 0 500 8000 500', 'cpu  1030 0 520 8130 520');
    change('stat', 'processes 4000', 'processes 4010');
    change('vmstat', 'pgscan_direct 20', 'pgscan_direct 25');
    change('pressure/cpu', 'total=1000000', 'total=1250000');
    change('pressure/io', 'total=500000', 'total=500500');
    change('net/dev', 'eth0: 1000 10 1 2', 'eth0: 1500 10 2 4');
    change('net/dev', '3000 10 0 4', '3300 10 0 5');
    expect(read(host).values).toEqual({
      'cpu.utilisation': 250_000,
      'cpu.saturation': 2,
      'cpu.pressure': 250_000,
      'memory.utilisation': 750_000,
      'memory.saturation': 5,
      'memory.pressure': 0,
      'disk.pressure': 500,
      'net.receive.bytes': 500,
      'net.transmit.bytes': 300,
      'net.errors': 1,
      'net.drops': 3,
      'task.count': 412,
      'task.forks': 10,
    });
  });

  it('marks what the kernel killed for want of memory', () => {
    const host = new HostReader({ procRoot: root });
    host.baseline();
    change('vmstat', 'oom_kill 0', 'oom_kill 2');
    const { draft, values } = read(host);
    expect(values['memory.errors']).toBe(2);
    expect(draft.markers).toEqual([
      { ts: 7, kind: 'oom-kill', text: 'out of memory: 2 processes killed' },
    ]);
  });

  it('waits a tick for the name of whom the kernel killed, and says each kill once', () => {
    const host = new HostReader({ procRoot: root, killsAreNamed: true });
    host.baseline();
    change('vmstat', 'oom_kill 0', 'oom_kill 1');
    expect(read(host).draft.markers).toEqual([]);
    const named = { ts: 7, kind: 'oom-kill' as const, text: 'hog was killed for want of memory' };
    expect(read(host, [named]).draft.markers).toEqual([named]);
    change('vmstat', 'oom_kill 1', 'oom_kill 4');
    expect(read(host, [named]).draft.markers).toEqual([named]);
    expect(read(host).draft.markers).toEqual([
      { ts: 7, kind: 'oom-kill', text: 'out of memory: 2 processes killed' },
    ]);
    expect(read(host).draft.markers).toEqual([]);
  });

  it('leaves out what this kernel does not count, and sums that went back', () => {
    rmSync(join(root, 'pressure'), { recursive: true });
    const host = new HostReader({ procRoot: root });
    host.baseline();
    change('net/dev', 'eth0: 1000', 'eth0: 10');
    const { values } = read(host);
    expect(Object.keys(values).filter((metric) => metric.endsWith('pressure'))).toEqual([]);
    expect(values).not.toHaveProperty('net.receive.bytes');
    rmSync(root, { recursive: true });
    expect(read(host).values).toEqual({});
  });
});
