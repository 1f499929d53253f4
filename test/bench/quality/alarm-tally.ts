import { countCauses } from './causes.js';
import type { Entity } from './data-sets.js';
import { countEvents } from './metrics/events.js';
import type { ProductResult } from './product.js';

const NOMINAL_P = 0.001;
const DAY_MS = 86_400_000;

/** What the alarms of the product came to on one data set. */
export class AlarmTally {
  calm = 0;
  falseRows = 0;
  openFalseRows = 0;
  events = 0;
  caught = 0;
  falseEpisodes = 0;
  days = 0;
  explained = 0;
  top1 = 0;
  top3 = 0;
  modelBytes = 0;
  #runs = 0;
  #rows = 0;
  #trainMs = 0;
  #scoreMs = 0;

  /** Adds what one run said of one entity. */
  add(entity: Entity, result: ProductResult): void {
    const low = Uint8Array.from(result.p, (p) => (p <= NOMINAL_P ? 1 : 0));
    const points = countEvents(entity.labels, low);
    const alarms = countEvents(entity.labels, result.open);
    this.calm += points.calmRows;
    this.falseRows += points.falseRows;
    this.openFalseRows += alarms.falseRows;
    this.events += alarms.events;
    this.caught += alarms.caught;
    this.falseEpisodes += alarms.falseEpisodes;
    this.days += (entity.test.rows * entity.intervalMs) / DAY_MS;
    const causes = countCauses(entity, result.ticks);
    this.explained += causes.explained;
    this.top1 += causes.top1;
    this.top3 += causes.top3;
    this.modelBytes = Math.max(this.modelBytes, result.modelBytes);
    this.#runs++;
    this.#rows += entity.test.rows;
    this.#trainMs += result.trainMs;
    this.#scoreMs += result.scoreMs;
  }

  /** Seconds to learn an entity, mean. */
  get trainSeconds(): number {
    return this.#trainMs / 1000 / this.#runs;
  }

  /** Microseconds to score a row, mean. */
  get microsPerRow(): number {
    return (this.#scoreMs * 1000) / this.#rows;
  }
}
