import { htmlPage } from './html-page.js';
import type { PageLook } from './page-look.js';
import type { PageSection, ReportView } from './report-view.js';
import { anomaliesSection } from './sections/anomalies.js';
import { callsSection } from './sections/calls.js';
import { clustersSection } from './sections/clusters.js';
import { coverageSection } from './sections/coverage.js';
import { devicesSection } from './sections/devices.js';
import { distributionsSection } from './sections/distributions.js';
import { graphSection } from './sections/graph.js';
import { customSection, hostSection } from './sections/host.js';
import { lossSection } from './sections/loss.js';
import { modesSection } from './sections/modes.js';
import { overviewSection } from './sections/overview.js';
import { scoresSection } from './sections/scores.js';
import { sourcesSection } from './sections/sources.js';
import { stepsSection } from './sections/steps.js';
import { thresholdsSection } from './sections/thresholds.js';

/** In the order in which a reader asks: is it well, what happened, who did what, how sure are we. */
const SECTIONS: readonly ((view: ReportView, look: PageLook) => PageSection | null)[] = [
  overviewSection,
  scoresSection,
  anomaliesSection,
  graphSection,
  callsSection,
  sourcesSection,
  modesSection,
  distributionsSection,
  devicesSection,
  hostSection,
  customSection,
  clustersSection,
  thresholdsSection,
  coverageSection,
  lossSection,
  stepsSection,
];

/** The whole page as one HTML document; same view and look, same bytes. */
export function reportPage(view: ReportView, look: PageLook): string {
  const sections = SECTIONS.map((section) => section(view, look)).filter((part) => part !== null);
  return htmlPage(view.title, sections, look);
}
