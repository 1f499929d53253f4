import type { GraphNode, ObservedEdge } from '@ethogram/model';
import { nameNodes } from './name-nodes.js';

/** Executables that are PID 1 of a host or a container. */
const INITS = new Set([
  'init',
  'systemd',
  'tini',
  'dumb-init',
  'docker-init',
  's6-svscan',
  'runit',
]);

/** Executables that start others and mean nothing by themselves. */
const SHELLS = new Set(['sh', 'bash', 'dash', 'zsh', 'ash', 'ksh', 'mksh', 'fish', 'busybox']);

/**
 * Takes plumbing out of the tree of processes: PID 1 is everybody's parent and so its `fork`
 * links say nothing; a shell that only passes a start on is replaced by a link from its parent
 * to its children. Every other kind of link is kept as it is.
 */
export function collapsePlumbing(
  nodes: readonly GraphNode[],
  links: readonly ObservedEdge[],
): ObservedEdge[] {
  const names = nameNodes(nodes);
  const isProcess = (i: number) => nodes[i]?.kind === 'process';
  const isInit = (i: number) => isProcess(i) && INITS.has(names[i]?.executable ?? '');
  const isShell = (i: number) => isProcess(i) && SHELLS.has(names[i]?.executable ?? '');
  const forks = links.filter((link) => link.kind === 'fork' && !isInit(link.from));
  const parents = new Map<number, ObservedEdge[]>();
  for (const fork of forks) {
    if (!isShell(fork.to)) continue;
    const list = parents.get(fork.to);
    if (list) list.push(fork);
    else parents.set(fork.to, [fork]);
  }
  const kept: ObservedEdge[] = links.filter((link) => link.kind !== 'fork');
  for (const fork of forks) {
    if (isShell(fork.to)) continue;
    for (const from of starters(fork.from, isShell, parents)) {
      if (from !== fork.to) kept.push({ ...fork, from });
    }
  }
  return kept;
}

/** Who is behind a start: the process itself, or the nearest ancestors that are no shells. */
function starters(
  from: number,
  isShell: (i: number) => boolean,
  parents: ReadonlyMap<number, readonly ObservedEdge[]>,
): number[] {
  if (!isShell(from)) return [from];
  const seen = new Set([from]);
  const found: number[] = [];
  for (const shell of seen) {
    for (const { from: parent } of parents.get(shell) ?? []) {
      if (isShell(parent)) seen.add(parent);
      else found.push(parent);
    }
  }
  return [...new Set(found)].sort((a, b) => a - b);
}
