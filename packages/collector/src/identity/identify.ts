import { cgroupScope } from './cgroup-scope.js';
import { cleanName } from './clean-name.js';
import type { Grouping, ProcessFacts, ProcessIdentity } from './process-facts.js';

/** How processes are named. */
export interface IdentifyOptions {
  readonly group: Grouping;
  /** Names a container by its id; without it, or where it knows nothing, `<unknown>`. */
  readonly containerName?: (id: string) => string | undefined;
  /** Names a user by its number; without it, or where it knows nothing, `uid:N`. */
  readonly userName?: (uid: number) => string | undefined;
}

/**
 * Names the source a process belongs to: the same name for every instance and after every
 * restart. Executables are named by their file, since `comm` is 15 characters of whatever the
 * process wants; only where the file may not be read does `comm` stand in.
 */
export function identify(facts: ProcessFacts, options: IdentifyOptions): ProcessIdentity {
  if (facts.own) return own(facts);
  const executable = executableName(facts);
  const scope = facts.kernelThread ? undefined : scopeName(facts, options);
  const attributes: Record<string, string> = { executable };
  if (scope !== undefined) attributes['scope'] = scope;
  if (facts.exe !== undefined) {
    attributes['exe'] = cleanName(withoutDeleted(facts.exe));
    if (facts.exe.endsWith(DELETED)) attributes['deleted'] = 'true';
    if (facts.version !== undefined) attributes['file'] = facts.version;
    if (facts.buildId !== undefined) attributes['buildId'] = facts.buildId;
  } else if (!facts.kernelThread) {
    attributes['namedBy'] = 'comm';
  }
  return {
    name: sourceName(facts, options, executable, scope),
    ...(scope === undefined ? {} : { scope }),
    executable,
    attributes,
  };
}

/**
 * The collector itself, wherever it runs: apart from whatever else its executable runs, and under a
 * name that nothing else can have, since what is watched shall not be able to hide behind it.
 */
function own({ exe }: ProcessFacts): ProcessIdentity {
  const executable = 'ethogram';
  const path = exe === undefined ? {} : { exe: cleanName(exe) };
  return {
    name: `self/${executable}`,
    executable,
    attributes: { executable, self: 'true', ...path },
  };
}

const DELETED = ' (deleted)';

function withoutDeleted(path: string): string {
  return path.endsWith(DELETED) ? path.slice(0, -DELETED.length) : path;
}

function sourceName(
  facts: ProcessFacts,
  options: IdentifyOptions,
  executable: string,
  scope: string | undefined,
): string {
  switch (options.group) {
    case 'exe':
      return executable;
    case 'comm':
      return facts.kernelThread ? executable : commName(facts.comm);
    case 'user':
      return facts.uid === undefined
        ? 'uid:<unknown>'
        : cleanName(options.userName?.(facts.uid) ?? `uid:${facts.uid}`);
    default:
      return scope === undefined ? executable : `${scope}/${executable}`;
  }
}

function scopeName(facts: ProcessFacts, options: IdentifyOptions): string | undefined {
  if (options.group !== 'unit' && options.group !== 'container') return undefined;
  const scope = facts.cgroup === undefined ? undefined : cgroupScope(facts.cgroup);
  if (!scope) return undefined;
  if (scope.kind === 'container') {
    return `container:${cleanName(options.containerName?.(scope.id) ?? '<unknown>')}`;
  }
  return options.group === 'unit' ? scope.id : undefined;
}

function executableName(facts: ProcessFacts): string {
  if (facts.kernelThread) return `[${kernelThreadName(facts.comm)}]`;
  if (facts.exe === undefined) return commName(facts.comm);
  const path = withoutDeleted(facts.exe);
  // A file that was never on a disk is named by its program, some with a random end.
  const memory = /^\/memfd:(.*?)(?:-[0-9a-f]{8,})?$/.exec(path);
  if (memory) return `memfd:${commName(memory[1] as string)}`;
  return cleanName(path.slice(path.lastIndexOf('/') + 1)) || commName(facts.comm);
}

/** A slash would read as the border between scope and executable. */
function commName(comm: string): string {
  return cleanName(comm).replaceAll('/', '|') || '<unnamed>';
}

/**
 * `ksoftirqd/1` → `ksoftirqd`, `kswapd0` → `kswapd`, `jbd2/sda1-8` → `jbd2:sda1`, and every
 * kworker → `kworker`, since what follows it is the work at hand, not a name.
 */
function kernelThreadName(comm: string): string {
  if (/^kworker\b/.test(comm)) return 'kworker';
  const base = comm.replace(/[/_:-]?\d+$/, '');
  return cleanName(base === '' ? comm : base).replaceAll('/', ':');
}
