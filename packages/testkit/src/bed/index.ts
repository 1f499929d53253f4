export type { Fault, FaultBed } from './fault.js';
export type { FaultBedName } from './fault-beds.js';
export { FAULT_BEDS, startFaultBed } from './fault-beds.js';
export { freePort, listenOnLoopback, untilListening } from './ports.js';
export type { ServiceUnit } from './service-unit.js';
export { canMakeUnits, startUnit } from './service-unit.js';
export type { BedNames, WebBed } from './web-bed.js';
export { bedSources, startWebBed } from './web-bed.js';
export { bedFaults, runBackup } from './web-faults.js';
