import { cleanName } from './clean-name.js';

/** The unit or container that a control group stands for. */
export interface CgroupScope {
  readonly kind: 'unit' | 'container';
  /** For a unit its normalised name; for a container its runtime's id. */
  readonly id: string;
}

/**
 * Where runtimes put containers: Docker, containerd, CRI-O and Podman by 64 hexadecimal digits,
 * LXC and systemd-nspawn by name. The id is the first group that matched.
 */
const CONTAINERS: readonly RegExp[] = [
  /^(?:docker|cri-containerd|containerd|crio|libpod|nerdctl)-([0-9a-f]{64})\.scope$/,
  /^([0-9a-f]{64})$/,
  /^libpod-([0-9a-f]{64})$/,
  /^lxc\.payload[./]([^/]+)$/,
  /^systemd-nspawn@(.+)\.service$/,
];

/** An instance that is only a number, or hexadecimal of a length that nobody chose by hand. */
const THROWAWAY_INSTANCE =
  /^(?:\d+(?:-\d+)*|[0-9a-f]{8,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/**
 * The innermost systemd service or container of a process.
 * @param text `/proc/PID/cgroup` whole, or one bare path. Of several hierarchies the unified one
 * is asked first, then systemd's own, then the others.
 * @returns `undefined` outside of units and containers; sessions (`session-*`) and transient
 * units (`run-*`) do not count, since their names do not come back.
 */
export function cgroupScope(text: string): CgroupScope | undefined {
  for (const path of cgroupPaths(text)) {
    const scope = scopeOfPath(path);
    if (scope) return scope;
  }
  return undefined;
}

function cgroupPaths(text: string): string[] {
  const rank = (controllers: string): number =>
    controllers === '' ? 0 : controllers === 'name=systemd' ? 1 : 2;
  return text
    .split('\n')
    .flatMap((line) => {
      const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
      if (match) return [{ rank: rank(match[1] as string), path: match[2] as string }];
      return line.startsWith('/') ? [{ rank: 0, path: line }] : [];
    })
    .sort((a, b) => a.rank - b.rank)
    .map((entry) => entry.path);
}

function scopeOfPath(path: string): CgroupScope | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  for (const [at, segment] of [...segments.entries()].reverse()) {
    const container = containerId(segment, segments[at - 1]);
    if (container) return { kind: 'container', id: cleanName(container) };
    const unit = unitName(segment);
    if (unit) return { kind: 'unit', id: unit };
  }
  return undefined;
}

function containerId(segment: string, parent: string | undefined): string | undefined {
  if (parent === 'lxc') return segment;
  for (const pattern of CONTAINERS) {
    const match = pattern.exec(segment);
    if (match) return match[1];
  }
  return undefined;
}

/** `worker@7.service` → `worker@.service`; sessions and transient units → nothing. */
function unitName(segment: string): string | undefined {
  const match = /^([^@]+?)(@(.*))?\.service$/.exec(segment);
  if (!match || /^run-/.test(segment)) return undefined;
  const instance = match[3];
  if (instance !== undefined && THROWAWAY_INSTANCE.test(instance)) {
    return cleanName(`${match[1]}@.service`);
  }
  return cleanName(segment);
}
