import { readdirSync, readFileSync } from 'node:fs';

/**
 * Bytes of the BPF maps to which a process holds a descriptor, as the kernel accounts for them
 * (`memlock` in /proc/PID/fdinfo, which is what `bpftool map` prints).
 */
export function kernelMapBytes(pid: number): number {
  const bytesOf = new Map<string, number>();
  for (const descriptor of readdirSync(`/proc/${pid}/fdinfo`)) {
    const info = readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8');
    const map = /^map_id:\s+(\d+)/m.exec(info)?.[1];
    const bytes = /^memlock:\s+(\d+)/m.exec(info)?.[1];
    if (map !== undefined && bytes !== undefined) bytesOf.set(map, Number(bytes));
  }
  if (bytesOf.size === 0) throw new Error(`process ${pid} holds no map`);
  return [...bytesOf.values()].reduce((sum, bytes) => sum + bytes, 0);
}
