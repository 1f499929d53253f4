import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { TracerProcess } from '../../src/tracers/tracer-process.js';

/** The process group of a process (proc_pid_stat(5)). */
function groupOf(pid: string): string | undefined {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2];
}

describe('the process of a tracer', () => {
  let tracer: TracerProcess | undefined;
  afterEach(() => tracer?.close());

  it('is in a group of its own, so that Ctrl-C at a terminal ends it by us alone', async () => {
    tracer = new TracerProcess({ command: 'sh', before: ['-c', 'echo $$; exec sleep 60'] }, []);
    await tracer.nextOutput();
    const [pid = ''] = tracer.take().lines;
    expect(groupOf(pid)).toBe(pid);
    expect(groupOf('self')).not.toBe(pid);
    expect(tracer.running).toBe(true);
    await tracer.close();
    expect(tracer.running).toBe(false);
  });

  it('tells the CPU time that it has used, also when it has ended', async () => {
    const busy = 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo done; exec sleep 60';
    tracer = new TracerProcess({ command: 'sh', before: ['-c', busy] }, []);
    await tracer.nextOutput();
    const used = tracer.cpuMs();
    expect(used).toBeGreaterThan(0);
    await tracer.close();
    expect(tracer.cpuMs()).toBe(used);
  });
});
