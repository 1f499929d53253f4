import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Link, LinkKind } from '@ethogram/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lockKernel } from './kernel-lock.js';
import { type Recorded, recordWhile } from './record-while.js';
import { whyNoEbpf } from './why-no-ebpf.js';

const run = promisify(execFile);
const reason = whyNoEbpf();
if (reason !== undefined) process.stderr.write(`skipped, no eBPF here: ${reason}\n`);

const noNamespaces = whyNoNamespaces();
if (noNamespaces !== undefined) process.stderr.write(`skipped, no namespaces: ${noNamespaces}\n`);

const MESSAGES = 50;
const SIZE = 100;

/** The kinds of sockets: how the program calls them, and what kind of link they are. */
const KINDS: readonly (readonly [string, LinkKind])[] = [
  ['tcp', 'tcp'],
  ['udp', 'udp'],
  ['udp-loose', 'udp'],
  ['unix', 'unix'],
  ['unix-datagram', 'unix'],
];

describe.skipIf(reason !== undefined)('links seen by eBPF', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-links-'));
  const running: ChildProcess[] = [];
  let unlock: (() => Promise<void>) | undefined;
  let programs = 0;

  function program(role: string): { readonly path: string; readonly name: string } {
    const name = `${role}-${process.pid}-${programs++}`;
    const path = join(folder, name);
    copyFileSync(join(folder, 'talk'), path);
    return { path, name };
  }

  /** Starts a program and waits for its first line. */
  async function start(path: string, args: string[]): Promise<[ChildProcess, string]> {
    const child = spawn(path, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    running.push(child);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return [child, line.toString().trim()];
  }

  async function stop(child: ChildProcess): Promise<void> {
    child.stdin?.end();
    if (child.exitCode === null) await once(child, 'exit');
  }

  async function say(child: ChildProcess, messages: number): Promise<void> {
    const answer = once(child.stdout as NodeJS.ReadableStream, 'data');
    child.stdin?.write(`${messages} ${SIZE}\n`);
    await answer;
  }

  beforeAll(async () => {
    unlock = await lockKernel();
    const source = fileURLToPath(new URL('programs/talk.c', import.meta.url));
    execFileSync('cc', ['-O1', '-Wall', '-o', join(folder, 'talk'), source]);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map(stop));
  });
  afterAll(async () => {
    await unlock?.();
    rmSync(folder, { recursive: true, force: true });
  });

  function between(recorded: Recorded, from: string, to: string, kind: LinkKind): Link {
    const links = recorded.links.filter(
      (link) => link.from.name === from && link.to.name === to && link.kind === kind,
    );
    const ends = recorded.links.filter((link) =>
      [link.from.name, link.to.name].some((name) => name === from || name === to),
    );
    const { lost } = recorded;
    expect(links, `of ${from} and ${to}: ${JSON.stringify({ ends, lost })}`).not.toEqual([]);
    return links.reduce((sum, link) => ({
      ...link,
      opened: sum.opened + link.opened,
      closed: sum.closed + link.closed,
      events: sum.events + link.events,
      bytes: sum.bytes + link.bytes,
    }));
  }

  it('knows who called on connections that never rest while it starts', async () => {
    const pairs = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const [server, client] = [program('server'), program('client')];
        const [, port] = await start(server.path, ['serve', 'tcp', '127.0.0.1']);
        const [caller] = await start(client.path, ['call', 'tcp', '127.0.0.1', port]);
        return { server, client, caller };
      }),
    );
    const busy = Promise.all(pairs.map(({ caller }) => say(caller, 60_000)));
    const recorded = await recordWhile(() => delay(500));
    await busy;
    for (const { server, client } of pairs) {
      between(recorded, client.name, server.name, 'tcp');
      const turned = recorded.links.filter(
        ({ from, kind }) => from.name === server.name && kind === 'tcp',
      );
      expect(turned).toEqual([]);
    }
  });

  it.each(KINDS)(
    'charges a %s connection made after the start, to the byte',
    async (kind, link) => {
      const [server, client] = [program('server'), program('client')];
      const address = link === 'unix' ? join(folder, `${server.name}.sock`) : '127.0.0.1';
      const recorded = await recordWhile(async () => {
        const [, port] = await start(server.path, ['serve', kind, address]);
        const [caller] = await start(client.path, ['call', kind, address, port]);
        await say(caller, MESSAGES);
        await delay(500);
        await stop(caller);
        await delay(700);
      });
      const seen = between(recorded, client.name, server.name, link);
      expect(seen).toMatchObject({ events: 2 * MESSAGES, bytes: 2 * MESSAGES * SIZE });
      expect(seen.opened).toBe(1);
      expect(recorded.links.filter((l) => l.from.name === server.name && l.kind === link)).toEqual(
        [],
      );
      if (kind !== 'udp-loose') expect(seen.closed).toBe(1);
      if (kind === 'tcp') {
        expect(recorded.sum(client.name, 'net.connects')).toBe(1);
        expect(recorded.sum(server.name, 'net.accepts')).toBe(1);
      }
    },
  );

  it.each(KINDS.filter(([kind]) => kind !== 'udp-loose'))(
    'knows a %s connection that was there before the start',
    async (kind, link) => {
      const [server, client] = [program('server'), program('client')];
      const address = link === 'unix' ? join(folder, `${server.name}.sock`) : '127.0.0.1';
      const [, port] = await start(server.path, ['serve', kind, address]);
      const [caller] = await start(client.path, ['call', kind, address, port]);
      const recorded = await recordWhile(async () => {
        await delay(500);
        await say(caller, MESSAGES);
        await delay(500);
      });
      const seen = between(recorded, client.name, server.name, link);
      expect(seen).toMatchObject({ opened: 0, bytes: 2 * MESSAGES * SIZE });
      if (kind === 'unix-datagram') return; // its end without a peer is met at the first message
      const [first] = recorded.ticks;
      expect(first?.linkSnapshot).toBe(true);
      expect(first?.links.some((l) => l.from.name === client.name)).toBe(true);
    },
  );

  it('knows a datagram socket that is connected long after it was met', async () => {
    const [server, client] = [program('server'), program('client')];
    const recorded = await recordWhile(async () => {
      const [, port] = await start(server.path, ['serve', 'udp', '127.0.0.1']);
      const [caller] = await start(client.path, ['call', 'udp-late', '127.0.0.1', port]);
      await delay(1500); // walks over the sockets meet it without a peer
      await say(caller, MESSAGES);
      await delay(700);
    });
    const seen = between(recorded, client.name, server.name, 'udp');
    expect(seen).toMatchObject({ events: 2 * MESSAGES, bytes: 2 * MESSAGES * SIZE });
  });

  it('charges a connection to the program that goes on with it after exec', async () => {
    const [server, before, after] = [program('server'), program('before'), program('after')];
    const recorded = await recordWhile(async () => {
      const [, port] = await start(server.path, ['serve', 'tcp', '127.0.0.1']);
      const hand = ['hand', 'tcp', '127.0.0.1', port, after.path];
      const [caller] = await start(before.path, hand);
      await delay(500);
      await say(caller, MESSAGES);
      await delay(700);
    });
    const seen = between(recorded, after.name, server.name, 'tcp');
    expect(seen.bytes).toBeGreaterThanOrEqual(2 * MESSAGES * SIZE);
    const links = recorded.links.filter((link) => link.from.name === before.name);
    const bytes = links.reduce((sum, link) => sum + link.bytes, 0);
    expect(bytes + seen.bytes).toBe(2 * (MESSAGES + 1) * SIZE);
  });

  it('sees a connection that lives for less than a tick', async () => {
    const [server, client] = [program('server'), program('client')];
    const recorded = await recordWhile(
      async () => {
        const [, port] = await start(server.path, ['serve', 'tcp', '127.0.0.1']);
        for (let i = 0; i < 5; i++) {
          const [caller] = await start(client.path, ['call', 'tcp', '127.0.0.1', port]);
          await say(caller, 2);
          await stop(caller);
        }
        await delay(1500);
      },
      { intervalMs: 1000 },
    );
    const seen = between(recorded, client.name, server.name, 'tcp');
    expect(seen).toMatchObject({ opened: 5, closed: 5, bytes: 5 * 2 * 2 * SIZE });
  });

  it('loses none of hundreds of connections that live for a moment, whatever else the host does', async () => {
    const [server, client] = [program('server'), program('client')];
    const connections = 300;
    const recorded = await recordWhile(async () => {
      const [, port] = await start(server.path, ['serve', 'tcp', '127.0.0.1']);
      await run(client.path, ['dial', '127.0.0.1', port, String(connections), String(SIZE)]);
      await delay(1500);
    });
    expect(between(recorded, client.name, server.name, 'tcp')).toMatchObject({
      opened: connections,
      closed: connections,
      events: connections * 2,
      bytes: connections * 2 * SIZE,
    });
  });

  it('links a writer to the reader of its pipe, and a parent to its child', async () => {
    const [writer, reader] = [program('writer'), program('reader')];
    const recorded = await recordWhile(async () => {
      await run(writer.path, ['feed', reader.path, '20', '100']);
      await delay(500);
    });
    expect(between(recorded, writer.name, reader.name, 'pipe')).toMatchObject({
      opened: 1,
      closed: 1,
      events: 20,
    });
    expect(between(recorded, writer.name, reader.name, 'fork')).toMatchObject({
      opened: 1,
      closed: 1,
      events: 1,
    });
  });

  it('knows a pipe that was there before the start', async () => {
    const [writer, reader] = [program('writer'), program('reader')];
    const script = `${writer.path} relay | ${reader.path} drain`;
    const shell = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'inherit'] });
    running.push(shell);
    await delay(300);
    const recorded = await recordWhile(async () => {
      await delay(1500);
      shell.stdin.write('x'.repeat(100));
      await delay(1500);
    });
    const seen = between(recorded, writer.name, reader.name, 'pipe');
    expect(seen).toMatchObject({ opened: 0, closed: 0, events: 1 });
  });

  describe.skipIf(noNamespaces !== undefined)('between two network namespaces', () => {
    const [space, here, there] = [`eth${process.pid}`, `eta${process.pid}`, `etb${process.pid}`];
    const ip = (...args: string[]) => execFileSync('ip', args);
    beforeAll(() => {
      ip('netns', 'add', space);
      ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', space);
      ip('addr', 'add', '10.213.77.1/30', 'dev', here);
      ip('link', 'set', here, 'up');
      ip('-n', space, 'addr', 'add', '10.213.77.2/30', 'dev', there);
      ip('-n', space, 'link', 'set', there, 'up');
    });
    afterAll(() => {
      ip('netns', 'del', space);
    });

    /** One pair of each kind, the server in the other namespace; connected. */
    async function pairs(when: string) {
      return Promise.all(
        // Who has no peer is met by its first message: it was not there before.
        KINDS.filter(([kind]) => when === 'after' || kind !== 'udp-loose').map(
          async ([kind, link]) => {
            const [server, client] = [program('server'), program('client')];
            const at = link === 'unix' ? join(folder, `${server.name}.sock`) : '10.213.77.2';
            const inside = ['netns', 'exec', space, server.path, 'serve', kind, at];
            const [, port] = await start('ip', inside);
            const [caller] = await start(client.path, ['call', kind, at, port]);
            return { kind, link, server, client, caller };
          },
        ),
      );
    }

    it('joins the two ends of a pipe', async () => {
      const [writer, reader] = [program('writer'), program('reader')];
      const script = `${writer.path} relay | ip netns exec ${space} ${reader.path} drain`;
      const recorded = await recordWhile(async () => {
        const shell = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'inherit'] });
        running.push(shell);
        await delay(1500);
        shell.stdin.write('x'.repeat(100));
        await delay(1500);
      });
      expect(between(recorded, writer.name, reader.name, 'pipe')).toMatchObject({ events: 1 });
    });

    it.each(['after', 'before'])(
      'joins each kind of socket connected %s the start',
      async (when) => {
        const before = when === 'before' ? await pairs(when) : undefined;
        let made: Awaited<ReturnType<typeof pairs>> = [];
        const recorded = await recordWhile(async () => {
          await delay(500);
          made = before ?? (await pairs(when));
          for (const { caller } of made) await say(caller, MESSAGES);
          await delay(700);
        });
        for (const { kind, link, server, client } of made) {
          const seen = between(recorded, client.name, server.name, link);
          expect(seen, kind).toMatchObject({
            opened: when === 'after' ? 1 : 0,
            bytes: 2 * MESSAGES * SIZE,
          });
        }
      },
    );
  });
});

function whyNoNamespaces(): string | undefined {
  try {
    const name = `ethogram-try-${process.pid}`;
    execFileSync('ip', ['netns', 'add', name], { stdio: 'pipe' });
    execFileSync('ip', ['netns', 'del', name], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return (error as Error).message.trim();
  }
}
