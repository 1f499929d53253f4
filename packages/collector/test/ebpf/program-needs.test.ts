import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { whatIsMissing } from '../../src/ebpf/missing-programs.js';
import { PROGRAM_NEEDS } from '../../src/ebpf/program-needs.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const listed = PROGRAM_NEEDS.flatMap(({ programs }) => programs);

/** The rows of the table of programs: names, and the last two columns. */
function documented(): Map<string, readonly [since: string, lost: string]> {
  const text = readFileSync(`${root}docs/collector-ebpf.md`, 'utf8');
  const table = text.split('\n## Programs\n')[1]?.split('\n## ')[0] ?? '';
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.flatMap((row) => {
      const cells = row.split('|').map((cell) => cell.trim());
      const names = [...(cells[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
      return names.map((name) => [name, [cells[4] ?? '', cells[5] ?? '']] as const);
    }),
  );
}

describe('what the programs in the kernel need', () => {
  it('is said of every program there is, once', () => {
    const folder = `${root}native/bpf`;
    const code = readdirSync(folder)
      .filter((name) => name.endsWith('.bpf.h') || name.endsWith('.bpf.c'))
      .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
      .join('\n');
    const programs = code.matchAll(/^SEC\("(?:tp_btf|iter)\/\w+"\)\nint (?:BPF_PROG\()?(\w+)/gm);
    expect([...listed].sort()).toEqual([...programs].map(([, name]) => name).sort());
  });

  it('stands in the documentation as it stands here', () => {
    const table = documented();
    expect([...table.keys()].sort()).toEqual([...listed].sort());
    for (const { programs, since, lost } of PROGRAM_NEEDS) {
      for (const name of programs) expect([name, table.get(name)]).toEqual([name, [since, lost]]);
    }
  });
});

describe('a kernel that does not take all programs', () => {
  it('is said to be blind to what is lost, and which kernel would not be', () => {
    const { blind, limitations } = whatIsMissing(
      ['on_oom', 'on_receive', 'on_send'],
      {},
      '6.1.0-13',
    );
    expect(blind).toEqual(['links.bytes']);
    expect(limitations.map(({ code, reason, remedy }) => [code, reason, remedy])).toEqual([
      [
        'COLLECT-2001',
        'eBPF: without bytes and events of links, since this kernel does not take on_send, on_receive',
        'Linux 6.3 or newer has what they attach to.',
      ],
      [
        'COLLECT-2001',
        'eBPF: without the names of those killed for want of memory, since this kernel does not take on_oom',
        'Linux 6.9 or newer has what they attach to.',
      ],
    ]);
  });

  it('is not told to be too old where it is not, but what it said', () => {
    const refused = { on_enter: 'libbpf: prog on_enter: permission denied' };
    const { blind, limitations } = whatIsMissing(['on_enter', 'read_unix'], refused, '6.12.3');
    expect(blind).toEqual(['syscall.latency']);
    expect(limitations[0]?.reason).toContain('on_enter (libbpf: prog on_enter: permission denied)');
    expect(limitations[0]?.remedy).toMatch(/^Linux 6\.12\.3 should take them: report it/);
    expect(limitations[1]?.remedy).toMatch(/^Linux 6\.12\.3 was built without/);
    expect(whatIsMissing([], {}, '6.12.3')).toEqual({ blind: [], limitations: [] });
  });
});
