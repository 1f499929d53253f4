import type { Check, CheckHost } from './check.js';
import { addonCheck, checkCgroups, checkMachineId, checkRecipes } from './environment-checks.js';
import type { HostFacts } from './host-facts.js';
import {
  checkBtf,
  checkClockSource,
  checkIoAccounting,
  checkLockdown,
  checkPressure,
  kernelChecks,
} from './kernel-checks.js';
import {
  capabilityChecks,
  checkHidepid,
  checkPerfEvents,
  checkUnprivilegedBpf,
} from './privilege-checks.js';

/** Every check, in the order in which they are shown. */
const CHECKS: readonly CheckHost[] = [
  ...kernelChecks,
  checkBtf,
  checkLockdown,
  ...capabilityChecks,
  checkPerfEvents,
  checkUnprivilegedBpf,
  checkHidepid,
  checkCgroups,
  checkClockSource,
  checkPressure,
  checkIoAccounting,
  checkMachineId,
  checkRecipes,
  addonCheck('ebpf', 'the eBPF backend'),
  addonCheck('procfs', 'the procfs backend, and the time of every backend'),
];

/** What works on a host and what does not, by its facts alone. */
export function checkHost(facts: HostFacts): Check[] {
  return CHECKS.map((check) => check(facts));
}
