import { readFileSync } from 'node:fs';
import { containerNames } from './container-names.js';
import { identify } from './identify.js';
import type { Grouping, ProcessFacts, ProcessIdentity } from './process-facts.js';

/** How a run names processes. */
export interface NamingOptions {
  readonly group: Grouping;
  /** Where the files of the host begin: `/etc/passwd` and the metadata of container runtimes. */
  readonly fsRoot: string;
}

/**
 * A namer for one run: `identify` with the names of users and containers of this host, each
 * looked up once. Users are read once, since a source must not change its name as it goes.
 */
export function processNamer(options: NamingOptions): (facts: ProcessFacts) => ProcessIdentity {
  const users = options.group === 'user' ? readUsers(options.fsRoot) : new Map<number, string>();
  const containerName = containerNames(options.fsRoot);
  const settings = {
    group: options.group,
    containerName,
    userName: (uid: number) => users.get(uid),
  };
  return (facts) => identify(facts, settings);
}

function readUsers(fsRoot: string): Map<number, string> {
  const users = new Map<number, string>();
  let text = '';
  try {
    text = readFileSync(`${fsRoot}/etc/passwd`, 'utf8');
  } catch {
    return users;
  }
  for (const line of text.split('\n')) {
    const [name, , uid] = line.split(':');
    // The first of several names of one number wins, as it does for getpwuid(3).
    if (name && uid && /^\d+$/.test(uid) && !users.has(Number(uid))) users.set(Number(uid), name);
  }
  return users;
}
