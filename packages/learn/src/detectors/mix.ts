import { type PackedMatrix, PLAIN_SCALE } from '@ethogram/features';
import { fitCentres } from './centres.js';
import type { DetectorFactory } from './detector.js';
import { Sampler } from './sampler.js';

/** Centres of mixes, and of each histogram, at most. */
export const MIX_CENTRES = 16;
export const DISTRIBUTION_CENTRES = 8;

/** Mix: which system calls usually share the work. */
export const mixDetector: DetectorFactory = ({ draft, maxWindows, seed, kernels }) => {
  if (draft.calls.length === 0) return null;
  const sampler = new Sampler(maxWindows);
  return {
    gather(tracker) {
      if (tracker.mixKnown) sampler.offer(tracker.mix);
    },
    fit() {
      const centres = fitCentres(sampler.vectors(), MIX_CENTRES, seed, kernels);
      if (!centres) return null;
      draft.mix = { scale: { ...PLAIN_SCALE }, centres };
      return { view: 'mix', centres: centres.rows, windows: sampler.vectors().length };
    },
  };
};

/** Distribution: how sizes and latencies usually spread. */
export const distributionDetector: DetectorFactory = ({ draft, maxWindows, seed, kernels }) => {
  if (draft.histograms.length === 0) return null;
  const samplers = draft.histograms.map(() => new Sampler(maxWindows));
  return {
    gather(tracker) {
      for (const [i, sampler] of samplers.entries()) {
        const shares = tracker.shares[i];
        if (shares && tracker.sharesKnown[i] === 1) sampler.offer(shares);
      }
    },
    fit() {
      const parts = samplers.map((sampler) =>
        fitCentres(sampler.vectors(), DISTRIBUTION_CENTRES, seed, kernels),
      );
      const learned = parts.filter((part): part is PackedMatrix => part !== null);
      if (learned.length === 0) return null;
      draft.distribution = {
        scale: { ...PLAIN_SCALE },
        histograms: parts.map((centres) => (centres ? { centres } : null)),
      };
      return {
        view: 'distribution',
        centres: learned.reduce((sum, part) => sum + part.rows, 0),
        windows: samplers.reduce((sum, sampler) => sum + sampler.vectors().length, 0),
      };
    },
  };
};
