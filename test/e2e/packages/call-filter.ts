import { command } from './command.js';

/**
 * The system calls that the `SystemCallFilter=` lines of a unit allow, with systemd's groups
 * resolved.
 */
export async function allowedCalls(unit: string): Promise<ReadonlySet<string>> {
  const groups = await callGroups();
  const resolve = (name: string): readonly string[] =>
    name.startsWith('@') ? (groups.get(name) ?? []).flatMap(resolve) : [name];
  const allowed = new Set<string>();
  for (const [, deny, names = ''] of unit.matchAll(/^SystemCallFilter=(~?)(.*)$/gm)) {
    for (const call of names.split(' ').flatMap(resolve)) {
      if (deny) allowed.delete(call);
      else allowed.add(call);
    }
  }
  return allowed;
}

/** What `systemd-analyze syscall-filter` lists: a group, then its members, indented. */
async function callGroups(): Promise<ReadonlyMap<string, readonly string[]>> {
  const { stdout } = await command('systemd-analyze', ['syscall-filter', '--no-pager']);
  const groups = new Map<string, string[]>();
  let members: string[] = [];
  for (const line of stdout.split('\n')) {
    if (line.startsWith('@')) {
      members = [];
      groups.set(line.trim(), members);
    } else if (/^ +[@\w]/.test(line)) members.push(line.trim());
  }
  return groups;
}
