import { type Clock, systemClock } from '@ethogram/core';
import { storeErrors } from '../../errors.js';
import type { OpenOptions, Store } from '../../store.js';
import { MemoryEvents } from './memory-events.js';
import { MemoryLeases } from './memory-leases.js';
import { MemoryMaintenance } from './memory-maintenance.js';
import { MemoryModels } from './memory-models.js';
import { MemorySamples } from './memory-samples.js';

/** A store that ends with the process: for tests and one-shot runs. */
export function openMemoryStore(options: OpenOptions): Store {
  const clock: Clock = options.clock ?? systemClock;
  let closed = false;
  const open = (): void => {
    if (closed) throw storeErrors.make('STORE-1009', 'memory: was closed');
  };
  const annotate = (write: boolean): void => {
    open();
    if (write && options.mode === 'read') {
      throw storeErrors.make('STORE-1007', 'memory: was opened for reading');
    }
  };
  const samples = (write: boolean): void => {
    open();
    if (write && options.mode !== 'write') {
      throw storeErrors.make('STORE-1007', `memory: was opened with mode "${options.mode}"`);
    }
  };
  const kept = new MemorySamples(samples);
  return {
    uri: 'memory:',
    samples: kept,
    models: new MemoryModels(annotate),
    events: new MemoryEvents(annotate),
    leases: new MemoryLeases(annotate, clock),
    maintenance: new MemoryMaintenance(kept, annotate, clock),
    close: async () => {
      closed = true;
    },
  };
}
