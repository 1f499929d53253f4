import { connect } from 'node:net';
import type { PrivilegeSteps } from '@ethogram/collector';
import { EthogramError } from '@ethogram/core';
import { countText, printable, type View } from '@ethogram/report';
import { privilegeSteps } from '../collect/privileges.js';
import { type CommandContext, defineCommand } from '../command.js';
import { openStoreAt } from '../open-store-at.js';
import { codedError } from '../output/print-error.js';
import { storeLocation } from '../store-location.js';

/** One thing that was looked at. */
interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  readonly expected: string;
  /** What to do; empty where it is ok. */
  readonly remedy: string;
  /** What does not work, or works less well, where it is not ok. */
  readonly affects: string;
}

const view: View<Finding> = {
  columns: [
    { name: 'name', value: (row) => row.name },
    { name: 'ok', value: (row) => row.ok },
    { name: 'found', value: (row) => row.found },
    { name: 'expected', value: (row) => row.expected },
    { name: 'remedy', value: (row) => row.remedy },
    { name: 'affects', value: (row) => row.affects },
  ],
  record: (row) => row,
  line: (row, style) => {
    const head = `${row.ok ? style.good('ok   ') : style.critical('fails')} ${style.bold(row.name)}: ${printable(row.found)}`;
    if (row.ok) return head;
    const more = [
      `expected ${row.expected}`,
      ...(row.affects ? [`affects ${row.affects}`] : []),
      ...(row.remedy ? [`remedy: ${row.remedy}`] : []),
    ];
    return [head, ...more.map((text) => `      ${printable(text)}`)].join('\n');
  },
};

/** What `doctor` exits with: nothing can measure here, or the store does not open. */
const CANNOT_MEASURE = 5;
const NO_STORE = 6;
/** A store that nobody has written to is no fault: the first recording makes it. */
const NO_STORE_YET = 'STORE-1013';

/** `doctor`: what works here, what does not, and the remedy. */
export const doctorCommand = defineCommand({
  name: 'doctor',
  summary: 'say what works on this host, what does not, and the remedy',
  description:
    'Looks at the kernel, BTF, capabilities, cgroups, clock and native addons, opens each backend for a moment, and opens the store as the user that `record` would go on as. Exits with 0 where recording works, with 5 where no backend can measure, with 6 where the store cannot be opened.',
  options: {},
  examples: [
    { run: 'ethogram doctor', does: 'everything' },
    { run: 'ethogram doctor -o json', does: 'for a script' },
  ],
  async run(context) {
    const { examineHost } = await import('@ethogram/collector');
    const checks = examineHost();
    const privileges = privilegesOf(context);
    const backends = [
      await checkBackend('ebpf', privileges),
      await checkBackend('procfs', privileges),
    ];
    // As `record` does: whoever measures opens the store as who it is then, without a capability.
    const refusal = whyKept(privileges);
    if (refusal) {
      await context.out.list(view, [...checks, ...backends, refusal]);
      return CANNOT_MEASURE;
    }
    const store = await checkStore(context);
    const mongod = await checkMongod();
    await context.out.list(view, [...checks, ...backends, store, mongod]);
    if (!backends.some(({ ok }) => ok)) return CANNOT_MEASURE;
    return store.ok ? 0 : NO_STORE;
  },
});

/** The steps by which `record` would give up its privileges here. */
function privilegesOf({ globals, terminal }: CommandContext): PrivilegeSteps {
  const steps = (uri: string) =>
    privilegeSteps({ user: undefined, keepPtrace: false }, uri, () => undefined);
  try {
    return steps(storeLocation(globals, terminal));
  } catch {
    // Where the store is not to be had from what was said, its own check tells why.
    return steps('memory:');
  }
}

/** Why privileges stay, so that nobody may open a store with them; nothing where they are gone. */
function whyKept(privileges: PrivilegeSteps): Finding | undefined {
  try {
    privileges.afterLoading();
    return undefined;
  } catch (failure) {
    const { code, message, remedy } = codedError(failure);
    const check = { name: 'privileges', expected: 'they are given up', ok: false };
    return { ...check, found: `${code}: ${message}`, remedy, affects: 'all' };
  }
}

async function checkBackend(
  backend: 'ebpf' | 'procfs',
  privileges: PrivilegeSteps,
): Promise<Finding> {
  const { openCollector } = await import('@ethogram/collector');
  const check = { name: `backend.${backend}`, expected: 'it opens' };
  try {
    const source = await openCollector({ backend, privileges });
    const { blind } = source.description;
    await source.close();
    const found = blind.length > 0 ? `works; cannot see ${blind.join(', ')}` : 'works';
    return { ...check, ok: true, found, remedy: '', affects: '' };
  } catch (failure) {
    const { code, message, remedy } = codedError(failure);
    const affects =
      backend === 'ebpf' ? 'counts of system calls, sizes, links, short-lived processes' : 'all';
    return { ...check, ok: false, found: `${code}: ${message}`, remedy, affects };
  }
}

async function checkStore(context: CommandContext): Promise<Finding> {
  const check = { name: 'store', expected: 'it opens and can be listed' };
  try {
    const store = await context.openStore('read');
    const recordings = await store.samples.recordings();
    const found = `${store.uri}: ${countText(recordings.length, 'recording')}`;
    return { ...check, ok: true, found, remedy: '', affects: '' };
  } catch (failure) {
    if (!(failure instanceof EthogramError)) throw failure;
    const { code, message, remedy } = failure;
    if (code === NO_STORE_YET) {
      return { ...check, ok: true, found: `${message} yet`, remedy: '', affects: '' };
    }
    return { ...check, ok: false, found: `${code}: ${message}`, remedy, affects: 'all commands' };
  }
}

/** Where MongoDB listens unless it is told otherwise. */
const MONGOD = 'mongodb://127.0.0.1:27017/?serverSelectionTimeoutMS=1000';

/** A server of the usual port is no must: whether there is one that could be the store. */
async function checkMongod(): Promise<Finding> {
  const check = { name: 'mongod', expected: 'a server at 127.0.0.1:27017, or none' };
  const none = 'none at 127.0.0.1:27017; the embedded store needs no server';
  if (!(await listens(27_017))) {
    return { ...check, ok: true, found: none, remedy: '', affects: '' };
  }
  try {
    const store = await openStoreAt(MONGOD, { mode: 'read' });
    await store.close();
    return { ...check, ok: true, found: `${store.uri} answers`, remedy: '', affects: '' };
  } catch (failure) {
    if (!(failure instanceof EthogramError)) throw failure;
    const { code, message, remedy } = failure;
    if (code === NO_STORE_YET) {
      return { ...check, ok: true, found: '127.0.0.1:27017 answers', remedy: '', affects: '' };
    }
    const affects = '--store mongodb://127.0.0.1:27017';
    return { ...check, ok: false, found: `${code}: ${message}`, remedy, affects };
  }
}

/** Whether anybody accepts a connection on a port of this host. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
