import type { Model } from '@ethogram/model';
import { printable } from '../printable.js';
import { countText, durationText, numberText } from '../quantity.js';
import type { ExportedMetric } from './exported-metrics.js';
import { type LearnedLimit, learnedLimits } from './learned-limits.js';

/** One alerting rule, as Prometheus knows them. */
export interface AlertRule {
  readonly alert: string;
  /** PromQL. */
  readonly expr: string;
  /** How long it must hold; absent: it need not. */
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  /** How often it fires although nothing is wrong, in words. */
  readonly falseAlarms: string;
  /** The same as a number a day, an upper bound; null where the model cannot show one. */
  readonly falseAlarmsPerDayAtMost: number | null;
}

/** Rules that are loaded together. */
export interface RuleGroup {
  readonly name: string;
  readonly about: string;
  readonly rules: readonly AlertRule[];
}

/** `rate` needs two scrapes within it, so that it allows a scrape interval of up to 30 s. */
const AVERAGED_OVER = '1m';
const HOLDS_FOR = '1m';
/** What must hold for a minute each time cannot fire more often. */
const MOST_A_DAY = 1_440;
/** The kernel's limit on the name of a task, which process-exporter groups by. */
const COMM_LENGTH = 15;

/** Which rules are wanted. */
export interface RuleOptions {
  /** Limits that may be crossed by chance more often than that a day are left out. */
  readonly mostPerDay?: number;
  /** Matchers of labels that select the series of the model's host: `instance="web-1:7374"`. */
  readonly selector?: string;
}

/**
 * What a model learned as alerting rules: its own alarms, the ends of learned ranges on what the
 * service exports, and the same on what process-exporter exports.
 */
export function alertRules(
  model: Model,
  { mostPerDay = Number.POSITIVE_INFINITY, selector }: RuleOptions = {},
): readonly RuleGroup[] {
  const limits = learnedLimits(model).filter((limit) => perDay(limit) <= mostPerDay);
  const groups = [
    {
      name: 'ethogram-alarms',
      about: 'The alarms of the service itself, with everything that it looks at.',
      rules: alarms(model, selector),
    },
    {
      name: 'ethogram-limits',
      about: 'Learned ranges, on the metrics of `ethogram run`.',
      rules: limits.map((limit) => ownRule(limit, selector)),
    },
    {
      name: 'process-exporter-limits',
      about:
        'Learned ranges, on the metrics of process-exporter where it groups by {{.Comm}}, its default.',
      rules: limits.flatMap((limit) => processExporterRule(limit, model, selector)),
    },
  ];
  return groups.filter(({ rules }) => rules.length > 0);
}

/** What all rules of a group add up to; null where one of them has no bound. */
export function groupFalseAlarms({ rules }: RuleGroup): number | null {
  return rules.reduce<number | null>(
    (sum, { falseAlarmsPerDayAtMost: one }) => (sum === null || one === null ? null : sum + one),
    0,
  );
}

function alarms(
  { thresholds, regime, sources }: Model,
  selector: string | undefined,
): readonly AlertRule[] {
  const { heldOut, warn, critical, falseAlarmsPerDay } = thresholds;
  const shown = heldOut
    ? `${countText(heldOut.incidents, 'incident')} in ${numberText(heldOut.hours)} h of held-out time: at most ${numberText(heldOut.upperPerDay)} a day (95 % bound)`
    : `not shown, since nothing was held out; the budget is ${numberText(falseAlarmsPerDay)} a day`;
  const rate = { falseAlarms: shown, falseAlarmsPerDayAtMost: heldOut?.upperPerDay ?? null };
  const rules: AlertRule[] = [
    {
      alert: 'EthogramIncident',
      expr: `${of('ethogram_open_incidents', selector)} > 0`,
      labels: { severity: 'warning' },
      summary: 'An incident is open',
      ...rate,
    },
  ];
  // Before that, p has no calibration behind it.
  if (regime !== 'provisional') {
    const calibrated = sources.filter(({ self, calibration }) => !self && calibration).length;
    const common = { calibrated, selector };
    rules.push(
      scoreRule('EthogramScoreWarning', 'warning', warn, common),
      scoreRule('EthogramScoreCritical', 'critical', critical, common),
    );
  }
  return rules;
}

/** A metric, of the series that are meant. */
function of(name: string, selector: string | undefined): string {
  return selector === undefined ? name : `${name}{${selector}}`;
}

/** A score of s is expected once in 10^s clean ticks of a source: it is -log10 of p. */
function scoreRule(
  alert: string,
  severity: string,
  score: number,
  { calibrated, selector }: { readonly calibrated: number; readonly selector: string | undefined },
): AlertRule {
  const limit = Math.ceil(score * 1_000) / 1_000;
  return {
    alert,
    expr: `${of('ethogram_source_score', selector)} >= ${limit}`,
    labels: { severity },
    summary: `A source has a score of ${limit} or more`,
    falseAlarms: `p is ${numberText(10 ** -limit)} or less: about once in ${numberText(10 ** limit)} evaluations of each of ${countText(calibrated, 'calibrated source')} (one look, without the 3 of 5 that the service asks for)`,
    falseAlarmsPerDayAtMost: null,
  };
}

function ownRule(limit: LearnedLimit, selector: string | undefined): AlertRule {
  const { exported, kind, source } = limit;
  const labels = matchers([`source=${quoted(source)}`, `kind="${kind}"`, selector]);
  return rule('EthogramBeyondLearned', limit, expression(exported, exported.name, labels));
}

function processExporterRule(
  limit: LearnedLimit,
  { sources }: Model,
  selector: string | undefined,
): readonly AlertRule[] {
  const { exported, source } = limit;
  const theirs = exported.processExporter;
  if (!theirs) return [];
  const group = groupName(source);
  // Where several of our sources are one group of theirs, no learned range is that of the group.
  const sharing = sources.filter(
    (other) => other.kind === 'process' && groupName(other.name) === group,
  );
  if (group === '' || sharing.length !== 1) return [];
  const labels = matchers([`groupname=${quoted(group)}`, theirs.labels, selector]);
  return [rule('ProcessBeyondLearned', limit, expression(exported, theirs.name, labels))];
}

function matchers(all: readonly (string | undefined)[]): string {
  return all.filter((one) => one !== undefined).join(',');
}

/** `nginx.service/nginx` is the executable `nginx` to who knows no units. */
function groupName(source: string): string {
  return (source.split('/').at(-1) ?? '').slice(0, COMM_LENGTH);
}

/**
 * An average over a minute cannot lie beyond a limit unless a row in it does. What several hosts do is
 * never added up: the limit is that of one.
 */
function expression({ type }: ExportedMetric, name: string, labels: string): string {
  return type === 'counter'
    ? `sum by (instance) (rate(${name}{${labels}}[${AVERAGED_OVER}]))`
    : `avg_over_time(${name}{${labels}}[${AVERAGED_OVER}])`;
}

function perDay({ falseAlarms }: LearnedLimit): number {
  return Math.min(MOST_A_DAY, falseAlarms.perDayAtMost);
}

function rule(alert: string, limit: LearnedLimit, expr: string): AlertRule {
  const { exported, kind, source, bound, falseAlarms } = limit;
  const { rows } = falseAlarms;
  const perSecond = exported.type === 'counter' ? ' per second' : '';
  const end = bound === 'upper' ? 'above' : 'below';
  return {
    alert,
    expr: `${expr} ${bound === 'upper' ? '>' : '<'} ${limit.limit}`,
    for: HOLDS_FOR,
    labels: {
      severity: 'warning',
      source: printable(source),
      kind,
      metric: exported.metric,
      bound,
    },
    summary: `${printable(source)}: ${exported.help.toLowerCase()}${perSecond} ${end} ${limit.limit}, which training never showed`,
    falseAlarms: `at most once in ${numberText(rows + 1)} rows that are like the ${numberText(rows)} of training: at most ${numberText(perDay(limit))} a day, and fewer since it must hold for ${durationText(60_000)}`,
    falseAlarmsPerDayAtMost: perDay(limit),
  };
}

/** A name as a string of PromQL, whose escapes are those of Go. */
function quoted(name: string): string {
  return JSON.stringify(printable(name));
}
