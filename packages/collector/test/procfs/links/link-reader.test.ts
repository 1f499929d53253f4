import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Link } from '@ethogram/core';
import { loadProcfs } from '@ethogram/native';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processNamer } from '../../../src/identity/name-processes.js';
import { LinkReader } from '../../../src/procfs/links/link-reader.js';
import { ProcessReader } from '../../../src/procfs/process-reader.js';
import { SourceAdmission } from '../../../src/tick/source-limits.js';
import { TickDraft } from '../../../src/tick/tick-draft.js';

describe('links of real processes, by procfs', () => {
  let folder = '';
  const children: ChildProcess[] = [];
  const servers: Server[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ethogram-links-'));
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) server.close();
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const nameOf = (program: string) => `${folder.slice(-6)}-${program}`;
  function program(original: string, name = original): string {
    const path = join(folder, nameOf(name));
    copyFileSync(`/bin/${original}`, path);
    return path;
  }
  async function shell(path: string, script: string): Promise<ChildProcess> {
    const child = spawn(path, ['-c', `${script}; echo ready; read -r`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
    return child;
  }

  /** A reader of this host that looks through all descriptors each time it is asked. */
  function reader() {
    const { addon } = loadProcfs();
    if (!addon) throw new Error('the procfs addon is not built');
    const scanner = new addon.ProcessScanner('/proc');
    const name = processNamer({ group: 'exe', fsRoot: '' });
    const processes = new ProcessReader({ scanner, name, ownPid: process.pid });
    const links = new LinkReader({
      procRoot: '/proc',
      scanner,
      unixPeers: () => addon.unixPeers(),
      process: (number) => processes.process(number),
      censusEveryMs: 1,
    });
    processes.baseline();
    return (): { links: Link[]; snapshot: boolean } => {
      const draft = new TickDraft(new SourceAdmission({ maxSources: 1000 }));
      const stamp = { seq: 0, ts: 0, intervalNs: 1e9, markers: [], missed: 0 };
      processes.read(draft, stamp);
      links.read(draft, stamp);
      const ours = draft.links.filter(({ from, to }) =>
        [from, to].some((end) => end.name.startsWith(folder.slice(-6))),
      );
      return { links: ours, snapshot: draft.linkSnapshot };
    };
  }
  const told = (links: readonly Link[], kind: string) =>
    links
      .filter((link) => link.kind === kind)
      .map(({ from, to, opened, closed }) => [from.name, to.name, opened, closed]);

  it('tell of TCP connections that were there, that come and that go', async () => {
    const path = program('bash');
    const accepted: Socket[] = [];
    const server = createServer((one) => accepted.push(one)).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const connect = `exec 3<>/dev/tcp/127.0.0.1/${(server.address() as AddressInfo).port}`;
    /** A shell that has connected; what nobody has accepted yet has no descriptor on our side. */
    const connected = async (): Promise<ChildProcess> => {
      const isAccepted = once(server, 'connection');
      const child = await shell(path, connect);
      await isAccepted;
      return child;
    };
    await connected();
    const look = reader();
    const [client, self] = [nameOf('bash'), 'self/ethogram'];
    const first = look();
    expect(first.snapshot).toBe(true);
    expect(told(first.links, 'tcp')).toEqual([[client, self, 0, 0]]);
    const second = await connected();
    expect(told(look().links, 'tcp')).toEqual([[client, self, 1, 0]]);
    expect(told(look().links, 'tcp')).toEqual([]);
    second.kill('SIGKILL');
    await once(second, 'exit');
    expect(told(look().links, 'tcp')).toEqual([[client, self, 0, 1]]);
    for (const one of accepted) one.destroy();
  });

  it('tell of pipes from writer to reader, and of parent and child', async () => {
    const path = program('bash');
    const catPath = program('cat');
    const look = reader();
    look();
    await shell(path, `exec 4> >(exec ${catPath})`);
    const { links } = look();
    expect(told(links, 'pipe')).toContainEqual([nameOf('bash'), nameOf('cat'), 1, 0]);
    expect(told(links, 'fork')).toContainEqual([nameOf('bash'), nameOf('cat'), 1, 0]);
  });

  it('tell of unix sockets', async () => {
    const path = program('bash');
    const cat = program('cat');
    // Node.js gives its children the other end of a pair of unix sockets as standard streams.
    await shell(path, `${cat} /dev/null`);
    expect(told(reader()().links, 'unix').map(([from, to]) => [from, to].sort())).toContainEqual(
      [nameOf('bash'), 'self/ethogram'].sort(),
    );
  });
});
