export type { Fault } from './faults.js';
export { bedFaults, runBackup } from './faults.js';
export { freePort, untilListening } from './ports.js';
export type { ServiceUnit } from './service-unit.js';
export { canMakeUnits, startUnit } from './service-unit.js';
export type { BedNames, WebBed } from './web-bed.js';
export { bedSources, startWebBed } from './web-bed.js';
