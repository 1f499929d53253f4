import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { printable } from '@ethogram/report';
import { cliErrors } from '../errors.js';

/** Who a process goes on as. */
export interface Person {
  readonly uid: number;
  readonly gid: number;
}

/** What decides whom root becomes. */
export interface WhomOptions {
  /** Asked for by name. */
  readonly user: string | undefined;
  /** The folder of an embedded store; none for a server. */
  readonly folder: string | undefined;
}

/**
 * Whom root becomes once it has loaded what needs it: the user asked for, else whoever owns the
 * store (its data, its folder, or the nearest folder above that exists), since nobody else could
 * go on writing it.
 * @returns nothing where root owns the store itself: root without capabilities then.
 * @throws CLI-1002 where there is no such user, or it is root.
 */
export function whomToBecome({ user, folder }: WhomOptions): Person | undefined {
  if (user !== undefined) return personNamed(user);
  if (folder === undefined) return undefined;
  const { uid, gid } = statSync(nearest(folder));
  if (uid === 0) return undefined;
  return { uid, gid: lookUp('-g', String(uid)) ?? (gid === 0 ? uid : gid) };
}

function nearest(folder: string): string {
  const data = join(folder, 'data.mdb');
  if (existsSync(data)) return data;
  let at = folder;
  while (!existsSync(at)) at = dirname(at);
  return at;
}

function personNamed(user: string): Person {
  const uid = lookUp('-u', user);
  const gid = lookUp('-g', user);
  if (!uid || !gid) {
    const found = uid === undefined ? 'nobody of that name' : 'root, or a member of its group';
    throw cliErrors.make(
      'CLI-1002',
      `--user ${printable(user)}: expected a user of this host that is not root, found ${found}`,
    );
  }
  return { uid, gid };
}

/** By id(1), which asks every directory that this host knows. */
function lookUp(what: '-u' | '-g', user: string): number | undefined {
  try {
    const said = execFileSync('id', [what, '--', user], { encoding: 'utf8', stdio: 'pipe' });
    return Number(said.trim());
  } catch {
    return undefined;
  }
}
