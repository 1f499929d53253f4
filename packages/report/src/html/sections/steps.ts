import { STEP_NAMES, stepView } from '../../model-steps.js';
import { htmlTable } from '../html-table.js';
import { htmlDetails } from '../html-text.js';
import type { PageSection, ReportView } from '../report-view.js';

/** What each step of learning found, to open one by one. */
export function stepsSection({ model }: ReportView): PageSection | null {
  if (!model) return null;
  const parts = STEP_NAMES.map((step) => {
    const { view, rows } = stepView(model, step);
    const title = step[0]?.toUpperCase() + step.slice(1);
    return htmlDetails(`${title}: ${rows.length} rows`, htmlTable(view, rows, `Step: ${step}`));
  });
  return { id: 'steps', title: 'Learning', heading: 'Steps of learning', html: parts.join('\n') };
}
