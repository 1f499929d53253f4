export { arbitraryTicks, canonicalTicks } from './arbitrary-ticks.js';
