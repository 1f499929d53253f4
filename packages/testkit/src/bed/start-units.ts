import { type ServiceUnit, startUnit } from './service-unit.js';

/** Starts one more unit of a bed. */
export type StartUnit = (name: string, ...command: string[]) => ServiceUnit;

/**
 * Starts services that belong together, each a unit. Where one does not come up, those before it are
 * ended again.
 * @param setUp starts units, now or later, and returns what can be done with them
 * @returns that, and `stop`, which ends all units, the last one first
 */
export async function startUnits<Bed extends object>(
  setUp: (start: StartUnit) => Promise<Bed>,
): Promise<Bed & { stop(): Promise<void> }> {
  const units: ServiceUnit[] = [];
  const stop = async (): Promise<void> => {
    for (const unit of units.splice(0).reverse()) await unit.stop();
  };
  try {
    const bed = await setUp((name, ...command) => {
      const unit = startUnit(name, command);
      units.push(unit);
      return unit;
    });
    return Object.assign(bed, { stop });
  } catch (error) {
    await stop();
    throw error;
  }
}
