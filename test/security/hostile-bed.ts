import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** File names by which a program tries to leave the place that its name is written in. */
export const HOSTILE_NAMES: readonly string[] = [
  '=cmd|calc!A1',
  '+1+cmd',
  '-2+cmd',
  '@SUM(1)',
  '<img src=x onerror=alert(1)>',
  ']]><!--x-->',
  '"} 1\nethogram_evil_total 1',
  "'; DROP--",
  '`id`$(id)',
  '{{.}}%s\\',
  '\u001b[2J\u001b[31m',
  '\u001b]8;;http:x\u0007here',
  '\u202egpj.sh',
  '"""\n[alerts]',
];

/** What a hostile control group is called; it becomes part of the name of the source. */
export const HOSTILE_UNIT = 'evil"}<b>\u001b[2J\u202e|`=1.service';

/** Processes at work under hostile names. */
export interface HostileBed {
  /** Whether one of them runs in a control group with a hostile name. */
  readonly hasUnit: boolean;
  stop(): Promise<void>;
}

/** Works a little, for ever, without starting anything; the title becomes its comm. */
const WORK =
  '$0 = $ARGV[0]; while (1) { open F, "</etc/hostname"; <F>; close F; select undef, undef, undef, .02 }';

/** Starts a copy of perl under each name; needs no rights, but for the control group. */
export async function startHostileBed(folder: string): Promise<HostileBed> {
  const perl = execFileSync('perl', ['-e', 'print $^X'], { encoding: 'utf8' });
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const children: ChildProcess[] = HOSTILE_NAMES.map((name) => {
    const file = join(folder, name);
    copyFileSync(perl, file);
    return spawn(file, ['-e', WORK, '--', name], { stdio: 'ignore' });
  });
  const root = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((place) =>
    existsSync(join(place, 'cgroup.procs')),
  );
  const unit = join(root ?? '/nonexistent', HOSTILE_UNIT);
  const hasUnit = process.getuid?.() === 0 && root !== undefined;
  if (hasUnit) {
    mkdirSync(unit, { recursive: true });
    writeFileSync(join(unit, 'cgroup.procs'), String(children[0]?.pid));
  }
  await delay(300);
  return {
    hasUnit,
    stop: async () => {
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? delay(200)));
      for (let attempt = 0; hasUnit && attempt < 50 && existsSync(unit); attempt++) {
        try {
          rmdirSync(unit);
        } catch {
          await delay(50);
        }
      }
    },
  };
}
