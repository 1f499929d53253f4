import type { Marker } from '@ethogram/core';
import type { AnomalyRecord, Feedback, IncidentRecord } from '@ethogram/score';
import { printable } from './printable.js';
import { durationText, numberText, shortTime, timeText } from './quantity.js';

/** When training was most like an anomaly. */
export interface NearestTraining {
  /** End of those ten seconds, milliseconds UTC. */
  readonly ts: number;
  /** The factors of the anomaly then; null where nothing was measured. */
  readonly values: readonly { readonly metric: string; readonly value: number | null }[];
  /** How much of the window was looked at, milliseconds. */
  readonly lookedAtMs: number;
}

/** What stood around an anomaly. */
export interface ExplanationContext {
  /** Its incident as it stands now; null where it is not in the store. */
  readonly incident: IncidentRecord | null;
  /** The other sources of its incident, likeliest cause first. */
  readonly alsoOff: IncidentRecord['suspects'];
  /** From which score a source is off; null where the model is not in the store. */
  readonly warn: number | null;
  /** Markers within ten minutes, ascending. */
  readonly markers: readonly Marker[];
  /** What a person said of it. */
  readonly said: Pick<Feedback, 'verdict' | 'at' | 'until'> | null;
  readonly nearest: NearestTraining | null;
  /** The strangest times of its source in training that the model remembers. */
  readonly strangest: readonly { readonly ts: number; readonly score: number }[];
  /** The model's name in the store: `web@3`. */
  readonly model: string | null;
  /** Recordings that hold it, and the ticks to look at, milliseconds UTC. */
  readonly recordings: readonly {
    readonly name: string;
    /** The host to name, where several of the store have a recording of that name; else null. */
    readonly host: string | null;
    readonly from: number;
    readonly to: number;
  }[];
}

/** The lines that tell what stood around an anomaly; none for what is not known. */
export function contextLines(anomaly: AnomalyRecord, context: ExplanationContext): string[] {
  const { alsoOff, markers, said, nearest, strangest } = context;
  const until = said && (said.until === null ? 'for good' : `until ${shortTime(said.until)}`);
  return [
    ...labelled(
      'also off',
      alsoOff.map(
        ({ source, score, since, kinds }) =>
          `${printable(source)}: score ${numberText(score)} by ${kinds.join(', ')}, since ${shortTime(Date.parse(since))}`,
      ),
    ),
    ...labelled(
      'around',
      markers.map(
        ({ ts, kind, source, text }) =>
          `${shortTime(ts)} ${kind}${source ? ` ${printable(source.name)}` : ''}: ${printable(text)}`,
      ),
    ),
    ...labelled('nearest', nearest ? [nearestText(nearest)] : []),
    ...labelled(
      'strange',
      strangest.map(({ ts, score }) => `${shortTime(ts)} in training: score ${numberText(score)}`),
    ),
    ...labelled(
      'said',
      said
        ? [
            `${said.verdict}${said.verdict === 'expected' ? ` ${until}` : ''}, ${shortTime(said.at)}`,
          ]
        : [],
    ),
    ...labelled('look at', commands(anomaly, context)),
  ];
}

function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, i) => `${(i === 0 ? label : '').padEnd(12)}${line}`);
}

function nearestText({ ts, values, lookedAtMs }: NearestTraining): string {
  const known = values.flatMap(({ metric, value }) =>
    value === null ? [] : [`${printable(metric)} ${numberText(value)}`],
  );
  return `${shortTime(ts)} in training: ${known.join(', ')} (of ${durationText(lookedAtMs)} looked at)`;
}

/** What shows the ticks themselves, and scores them again. */
function commands({ checkpoint }: AnomalyRecord, context: ExplanationContext): readonly string[] {
  return context.recordings.flatMap(({ name, host, from, to }) => {
    const of = host === null ? '' : ` --host ${quoted(host)}`;
    const recording = `--recording ${quoted(name)}${of}`;
    const range = `--from ${timeText(from)} --to ${timeText(to)}`;
    // Records of before there were checkpoints do not have the field.
    const begin = typeof checkpoint !== 'string' ? '' : ` --checkpoint ${quoted(checkpoint)}`;
    return [
      `ethogram export ${recording} ${range}`,
      ...(context.model === null
        ? []
        : [
            `ethogram score --model ${quoted(context.model)} ${recording}${begin} --to ${timeText(to)}`,
          ]),
    ];
  });
}

/** A word for a shell, safe in a terminal; names that hold control characters show what they hold. */
function quoted(word: string): string {
  if (/^[\w@.:/+-]+$/.test(word) && !word.startsWith('-')) return word;
  return `'${printable(word).replaceAll("'", "'\\''")}'`;
}
