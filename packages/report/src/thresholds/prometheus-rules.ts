import type { Model } from '@ethogram/model';
import { printable } from '../printable.js';
import { numberText, shortTime } from '../quantity.js';
import { type AlertRule, alertRules, groupFalseAlarms, type RuleOptions } from './alert-rules.js';

/**
 * A rule file of Prometheus (YAML): what {@link alertRules} says, each rule with its rate of false
 * alarms. The same model gives the same bytes.
 */
export function prometheusRules(model: Model, options: RuleOptions = {}): string {
  const { from, to } = model.window;
  const lines = [
    `# Model ${printable(model.name)}, id ${model.id}, regime ${model.regime}.`,
    `# Learned from host ${printable(model.host)}, ${shortTime(from)} to ${shortTime(to)}.`,
    ...(options.selector === undefined
      ? []
      : [`# On the series with ${printable(options.selector)}.`]),
    'groups:',
  ];
  for (const group of alertRules(model, options)) {
    const perDay = groupFalseAlarms(group);
    lines.push(
      `  # ${group.about}`,
      `  # False alarms of all together: ${perDay === null ? 'no bound can be shown' : `at most ${numberText(perDay)} a day`}.`,
      `  - name: ${group.name}`,
      '    rules:',
      ...group.rules.flatMap(ruleLines),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** The same as a record, for programs. */
export function thresholdsRecord(model: Model, options: RuleOptions = {}): object {
  const { name, id, host, regime, window, thresholds } = model;
  return {
    type: 'thresholds',
    model: name,
    id,
    host,
    regime,
    selector: options.selector ?? null,
    window: { from: new Date(window.from).toISOString(), to: new Date(window.to).toISOString() },
    thresholds,
    groups: alertRules(model, options).map((group) => ({
      ...group,
      falseAlarmsPerDayAtMost: groupFalseAlarms(group),
    })),
  };
}

function ruleLines(rule: AlertRule): readonly string[] {
  return [
    `      - alert: ${rule.alert}`,
    `        expr: ${JSON.stringify(rule.expr)}`,
    ...(rule.for === undefined ? [] : [`        for: ${rule.for}`]),
    '        labels:',
    ...Object.entries(rule.labels).map(([name, value]) => `          ${name}: ${literal(value)}`),
    '        annotations:',
    `          summary: ${literal(rule.summary)}`,
    `          false_alarms: ${literal(rule.falseAlarms)}`,
  ];
}

/** A text in YAML that the templates of Prometheus leave as it is. */
function literal(text: string): string {
  return JSON.stringify(text.replaceAll('{{', '{{"{{"}}'));
}
