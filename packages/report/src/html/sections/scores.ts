import { parseSourceKey } from '@ethogram/core';
import { htmlParagraph } from '../html-text.js';
import type { PageLook } from '../page-look.js';
import { eventsBehind } from '../plot/events.js';
import type { PlotFrame } from '../plot/plot-frame.js';
import { scorePlot } from '../plot/score-plot.js';
import { type StripClass, stripPlot } from '../plot/strip-plot.js';
import type { PageSection, ReportView } from '../report-view.js';

/** How many sources have a strip of their own. */
const STRIPS = 12;

const CLASSES: readonly StripClass[] = [
  { css: 'calm', name: 'as learned' },
  { css: 'odd', name: 'odd' },
  { css: 'warning', name: 'anomalous' },
  { css: 'critical', name: 'beyond critical' },
];

/** The score of the host over time, and which sources made it. */
export function scoresSection(
  { scores, model, recording, known }: ReportView,
  look: PageLook,
): PageSection | null {
  if (!scores || !model || !recording) return null;
  const { bins } = recording;
  const { warn, critical } = model.thresholds;
  const frame: PlotFrame = { bins, look, height: 170, label: 'Score of the host over time' };
  const classOf = (score: number, isAnomalous: boolean) => {
    if (score >= critical) return 3;
    if (isAnomalous || score >= warn) return 2;
    return score >= warn / 2 ? 1 : score >= 0 ? 0 : -1;
  };
  const strips = scores.sources
    .filter(({ worst }) => worst > 0)
    .slice(0, STRIPS)
    .map(({ source, scores: of, anomalous }) => ({
      name: parseSourceKey(source)?.name ?? source,
      classes: Array.from(of, (score, bin) => classOf(score, anomalous[bin] === 1)),
    }));
  return {
    id: 'scores',
    title: 'Scores',
    heading: 'Score of the host over time',
    html: [
      htmlParagraph(
        'A score of 5 is as odd as one tick in 100,000 of normal time. Triangles are anomalies; what is rarer still ends at the top; bands and thin lines are what is known to have happened.',
        'lead',
      ),
      scorePlot(frame, scores, model.thresholds, eventsBehind(frame, known, recording.markers)),
      ...(strips.length > 0
        ? [
            '<h3>Which sources, worst first</h3>',
            stripPlot(
              { bins, look, label: 'Scores of the worst sources over time' },
              strips,
              CLASSES,
            ),
          ]
        : []),
    ].join('\n'),
  };
}
