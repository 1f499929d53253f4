import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PACKAGES = ['numpy==2.4.6', 'scipy==1.17.1', 'scikit-learn==1.9.1', 'threadpoolctl==3.6.0'];
const ROOT = new URL('../../../../', import.meta.url);

/** What the peer says of itself. */
interface PeerFacts {
  readonly libraries: readonly Readonly<Record<string, unknown>>[];
  readonly versions: Readonly<Record<string, string>>;
}

/** scikit-learn in a process of its own, on one thread as a thread of ours is one. */
export interface Peer {
  readonly facts: PeerFacts;
  /** Milliseconds of one job; see peer.py. */
  run(job: Readonly<Record<string, unknown>>): Promise<number>;
  close(): Promise<void>;
}

/** Starts the peer; `undefined` where there is no Python, which is said. */
export async function startPeer(): Promise<Peer | undefined> {
  const { preparePythonPackages } = (await import(
    new URL('packages/setup/src/python-packages.mjs', ROOT).href
  )) as {
    preparePythonPackages(
      packages: readonly string[],
    ): Promise<{ readonly python: string } | { readonly reason: string }>;
  };
  const prepared = await preparePythonPackages(PACKAGES);
  if (!('python' in prepared)) return undefined;
  const script = fileURLToPath(new URL('test/bench/learn/peer.py', ROOT));
  const child = spawn(prepared.python, [script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: ownEnvironment(),
  });
  return talkTo(child);
}

/** Without what may have been set to hold OpenBLAS back, and with one thread. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const {
    OPENBLAS_CORETYPE: _coreType,
    OPENBLAS_L2_SIZE: _cacheSize,
    ...environment
  } = process.env;
  return { ...environment, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
}

async function talkTo(child: ChildProcess): Promise<Peer> {
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('the peer has no pipes');
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const { done, value } = await lines.next();
    if (done) throw new Error('the peer ended before it answered');
    return JSON.parse(value);
  };
  const facts = (await answer()) as PeerFacts;
  return {
    facts,
    async run(job) {
      stdin.write(`${JSON.stringify(job)}\n`);
      return ((await answer()) as { readonly ms: number }).ms;
    },
    async close() {
      stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
