import { readFileSync } from 'node:fs';

/** How a mount of procfs hides processes from those who do not own them (proc(5)). */
export interface Hidepid {
  /** As the mount has it: `1`, `2`, `4`, `noaccess`, `invisible` or `ptraceable`. */
  readonly level: string;
  /** The group that sees all the same, at any level but the last; root's unless `gid=` names one. */
  readonly group: number;
}

/** CAP_SYS_PTRACE (linux/capability.h): who has it sees everybody. */
const SYS_PTRACE = 1n << 19n;

/**
 * Reads what a mount of procfs hides from the text of `/proc/self/mounts`.
 * @param procRoot the mount that is meant; where it is none, such as a tree of files, the first.
 * @returns nothing where nobody is hidden.
 */
export function parseHidepid(mounts: string, procRoot: string): Hidepid | undefined {
  const all = [...mounts.matchAll(/^\S+ (\S+) proc (\S+)/gm)];
  // The last of several at one place covers the others.
  const mount = all.findLast(([, place]) => place === procRoot) ?? all[0];
  const options = mount?.[2] ?? '';
  const level = /(?:^|,)hidepid=(\w+)/.exec(options)?.[1];
  if (level === undefined || level === '0' || level === 'off') return undefined;
  return { level, group: Number(/(?:^|,)gid=(\d+)/.exec(options)?.[1] ?? 0) };
}

/**
 * Why procfs shows this very process, with the rights that it has now, not everybody's processes.
 * @returns nothing where it shows all, or says nothing of it.
 */
export function whyHidden(procRoot: string): string | undefined {
  const hidepid = parseHidepid(textOf(`${procRoot}/self/mounts`), procRoot);
  if (!hidepid || seesAll(hidepid, textOf(`${procRoot}/self/status`))) return undefined;
  return `procfs at ${procRoot} hides the processes of other users (hidepid=${hidepid.level})`;
}

function seesAll({ level, group }: Hidepid, status: string): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  if ((BigInt(`0x${effective}`) & SYS_PTRACE) !== 0n) return true;
  if (level === '4' || level === 'ptraceable') return false;
  // The group for files is the last of four.
  const own = /^Gid:\s+\d+\s+\d+\s+\d+\s+(\d+)/m.exec(status)?.[1];
  const others = /^Groups:(.*)$/m.exec(status)?.[1]?.trim().split(/\s+/) ?? [];
  return [own, ...others].includes(String(group));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
