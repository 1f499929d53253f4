import { loadEbpf, loadProcfs } from '@ethogram/native';
import type { Check } from './check.js';
import { checkHost } from './check-host.js';
import { readHostFacts } from './host-facts.js';

/** Where the host that is examined has its files; the defaults are this host's. */
export interface ExamineOptions {
  readonly procRoot?: string;
  readonly sysRoot?: string;
  readonly fsRoot?: string;
  /** As the environment variable `PATH`. */
  readonly path?: string;
}

/** Examines this host for what the collector needs: facts are read, then checked. */
export function examineHost(options: ExamineOptions = {}): Check[] {
  const addons: Record<string, string> = {};
  for (const [name, loaded] of [
    ['ebpf', loadEbpf()],
    ['procfs', loadProcfs()],
  ] as const) {
    if (!loaded.addon) addons[name] = loaded.reason;
  }
  const facts = readHostFacts({
    procRoot: options.procRoot ?? '/proc',
    sysRoot: options.sysRoot ?? '/sys',
    fsRoot: options.fsRoot ?? '',
    path: options.path ?? process.env['PATH'] ?? '',
    addons,
  });
  return checkHost(facts);
}
