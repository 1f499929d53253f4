import { describe } from 'vitest';
import { eventContract } from './store-contract/events.js';
import type { ContractOptions, StoreFixture } from './store-contract/fixture.js';
import { leaseContract } from './store-contract/leases.js';
import { maintenanceContract } from './store-contract/maintenance.js';
import { modelContract } from './store-contract/models.js';
import { sampleContract } from './store-contract/samples.js';
import { sharingContract } from './store-contract/sharing.js';

/**
 * The contract that every store driver keeps, as vitest suites.
 * @param openFresh gives a store that is empty and opened with mode `write`.
 * @param options what a driver cannot do by its nature; what that skips says so.
 */
export function storeContract(
  name: string,
  openFresh: () => Promise<StoreFixture>,
  options: ContractOptions = {},
): void {
  describe(`${name} keeps the store contract`, () => {
    sampleContract(openFresh);
    modelContract(openFresh);
    eventContract(openFresh);
    leaseContract(openFresh);
    maintenanceContract(openFresh, options);
    sharingContract(openFresh);
  });
}
