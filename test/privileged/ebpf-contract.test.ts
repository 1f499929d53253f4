import { openCollector } from '@ethogram/collector';
import { sampleSourceContract } from '@ethogram/testkit';
import { afterAll, beforeAll, describe } from 'vitest';
import { lockKernel } from './kernel-lock.js';
import { whyNoEbpf } from './why-no-ebpf.js';

const reason = whyNoEbpf();
if (reason !== undefined) process.stderr.write(`skipped, no eBPF here: ${reason}\n`);

describe.skipIf(reason !== undefined)('the eBPF backend as a source of ticks', () => {
  let unlock: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    unlock = await lockKernel();
  });
  afterAll(() => unlock?.());

  sampleSourceContract('ebpf', {
    open: () => openCollector({ backend: 'ebpf', intervalMs: 50 }),
    endless: true,
  });
});
