import { sampleSourceContract } from '@ethogram/testkit';
import { openCollector } from '../../src/open-collector.js';

sampleSourceContract('procfs', {
  open: () => openCollector({ backend: 'procfs', intervalMs: 50 }),
  endless: true,
});
