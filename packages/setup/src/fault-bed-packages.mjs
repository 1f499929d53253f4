import { ensureDebianPackages, FAULT_BED_PACKAGES } from './debian.mjs';

await ensureDebianPackages(FAULT_BED_PACKAGES, 'fault beds');
