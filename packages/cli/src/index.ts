export { cliErrors } from './errors.js';
export { main } from './main.js';
export type { OutputStream, SignalSource, Terminal } from './output/terminal.js';
