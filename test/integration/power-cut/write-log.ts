/** What a process did to one file, and what it acknowledged, in order. */
export type Step =
  /** Bytes handed to the system; on the disk by itself where `durable`, once it has returned. */
  | {
      readonly kind: 'write';
      readonly at: number;
      readonly bytes: Buffer;
      readonly durable: boolean;
    }
  /** The system was asked to bring all that was written so far to the disk … */
  | { readonly kind: 'sync begins'; readonly call: number }
  /** … and has done so. */
  | { readonly kind: 'sync ends'; readonly call: number }
  | { readonly kind: 'acknowledged'; readonly seq: number };

/** Calls that {@link readWriteLog} understands. */
export const TRACED =
  'openat,lseek,pwrite64,pwritev,pwritev2,write,writev,fdatasync,fsync,msync,ftruncate';

/**
 * Reads what `strace -f -y -xx -s 16777216 -e trace=…` printed of a writer.
 * @param file its data file; writes to others are left out.
 * @throws RangeError on a call that changes the file in a way not known here
 */
export function readWriteLog(text: string, file: string): Step[] {
  const steps: Step[] = [];
  const begun = new Map<string, { readonly line: string; readonly call: number }>();
  const files: OpenFiles = { synchronous: new Set(), places: new Map() };
  let calls = 0;
  for (const raw of text.split('\n')) {
    const match = /^(\d+)\s+(.*)$/.exec(raw);
    if (!match) continue;
    const [, pid = '', rest = ''] = match;
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(rest)?.[1];
    if (unfinished !== undefined) {
      begun.set(pid, { line: unfinished, call: calls });
      if (isSync(unfinished, file)) steps.push({ kind: 'sync begins', call: calls });
      calls++;
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1];
    const before = begun.get(pid);
    if (resumed !== undefined && before) begun.delete(pid);
    const line = resumed === undefined ? rest : `${before?.line ?? ''}${resumed}`;
    const call = resumed === undefined ? calls++ : (before?.call ?? calls++);
    if (!/\)\s+= \d+/.test(line)) continue;
    const opened = /^openat\(.*?, (O_[A-Z_|]+).*= (\d+)<(.*)>$/.exec(line);
    if (opened) {
      const [, flags = '', descriptor = '', path = ''] = opened;
      if (textOf(path) !== file) continue;
      files.places.set(descriptor, 0);
      if (/O_D?SYNC/.test(flags)) files.synchronous.add(descriptor);
      else files.synchronous.delete(descriptor);
    } else if (isSync(line, file)) {
      if (resumed === undefined) steps.push({ kind: 'sync begins', call });
      steps.push({ kind: 'sync ends', call });
    } else steps.push(...writesOf(line, file, files));
  }
  return steps;
}

function isSync(line: string, file: string): boolean {
  const match = /^(?:fdatasync|fsync)\(\d+<([^>]*)>/.exec(line);
  return match !== null && textOf(match[1] ?? '') === file;
}

/** What is known of the descriptors of the file. */
interface OpenFiles {
  readonly synchronous: Set<string>;
  /** Where the next write without an offset goes. */
  readonly places: Map<string, number>;
}

function writesOf(line: string, file: string, files: OpenFiles): Step[] {
  const match = /^(\w+)\((\d+)<([^>]*)>, (.*)\)\s+= (\d+)/.exec(line);
  if (!match) return [];
  const [, name = '', descriptor = '', path = '', rest = '', result = '0'] = match;
  const data = [...rest.matchAll(/"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?/g)];
  if (data.some(([, , cut]) => cut)) throw new RangeError('a write was not logged whole');
  const bytes = Buffer.concat(data.map(([, text = '']) => bytesOf(text)));
  if (name === 'write' && descriptor === '1') {
    return [...bytes.toString().matchAll(/^(\d+)$/gm)].map(([, seq]) => ({
      kind: 'acknowledged' as const,
      seq: Number(seq),
    }));
  }
  if (textOf(path) !== file) return [];
  if (name === 'lseek') {
    files.places.set(descriptor, Number(result));
    return [];
  }
  if (!/^p?writev?(64)?$/.test(name)) {
    throw new RangeError(`expected only writes, found ${name} on ${file}`);
  }
  if (bytes.length !== Number(result)) throw new RangeError('a write was cut short');
  const seeks = !name.startsWith('p');
  const at = seeks
    ? (files.places.get(descriptor) ?? Number.NaN)
    : Number(/, (\d+)$/.exec(rest)?.[1]);
  if (!Number.isSafeInteger(at)) throw new RangeError(`a write to nowhere: ${line.slice(0, 80)}`);
  if (seeks) files.places.set(descriptor, at + bytes.length);
  return [{ kind: 'write', at, bytes, durable: files.synchronous.has(descriptor) }];
}

/** strace writes paths as it writes data. */
function textOf(escaped: string): string {
  return escaped.startsWith('\\x') ? bytesOf(escaped).toString() : escaped;
}

function bytesOf(escaped: string): Buffer {
  return Buffer.from(escaped.replaceAll('\\x', ''), 'hex');
}
