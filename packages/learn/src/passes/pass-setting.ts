import type { SourceProfile, SourceTracker } from '@ethogram/features';
import type { Kernels } from '../kernels/kernels.js';
import type { LearnSettings } from '../options.js';
import type { RowMoment } from '../rows/replay.js';

/** What every pass over the rows of one source works with. */
export interface PassSetting {
  /** Follows the source over all rows of the window, anew at every call. */
  readonly replay: (
    profile: SourceProfile,
    visit: (tracker: SourceTracker, moment: RowMoment) => void,
  ) => void;
  /** Nominal length of a row, seconds. */
  readonly rowSeconds: number;
  /** Where the part that is fitted ends and the part that calibrates begins, ms UTC. */
  readonly fitUntil: number;
  readonly settings: LearnSettings;
  readonly kernels: Kernels;
}
