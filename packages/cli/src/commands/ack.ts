import { anomalyLine, shortTime, timeText } from '@ethogram/report';
import { defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import { deadline } from '../options/kinds.js';
import { flag, option } from '../options/option.js';
import { resolveInstant } from '../options/time.js';
import { HOLDS_AFTER_MS, keepFeedback } from '../score/feedback-store.js';
import { findAnomalies } from '../score/find-anomaly.js';

/** `ack`: what a person says of an anomaly. */
export const ackCommand = defineCommand({
  name: 'ack',
  summary: 'say of an anomaly that it was expected, or that it was misbehaviour',
  description:
    '--expected mutes exactly what was acknowledged: the same source, seen by the same kinds (views of rates count as one), with the same metric in front, on the same host; --until ends that. It holds from the instant `at` on, seven seconds after it was said, when every scorer that runs has heard of it: a replay mutes the same ticks. --misbehaviour keeps the time of its incident out of every later training; so does --expected with --until, whenever what it mutes goes on. Of an incident, it is said of each of its anomalies. Said again of the same anomaly, the new word holds from its own instant on.',
  arguments: [{ name: 'EVENT', help: 'the id of an anomaly or incident', required: true }],
  options: {
    expected: flag({ help: 'it is normal and shall not alarm again' }),
    misbehaviour: flag({ help: 'it was wrong and shall not be learned as normal' }),
    until: option(deadline, {
      help: 'with --expected: only until then, a time or a duration from now (default: for good)',
      example: '7d',
    }),
  },
  examples: [
    { run: 'ethogram ack 45c9ff490ccce730 --expected --until 7d', does: 'mute it for a week' },
    { run: 'ethogram ack 45c9ff490ccce730 --misbehaviour', does: 'never learn from it' },
  ],
  async run(context, { expected, misbehaviour, until }, [id = '']) {
    const { clock, out } = context;
    if (expected === misbehaviour) {
      throw cliErrors.make('CLI-1001', 'expected one of --expected and --misbehaviour');
    }
    if (until !== undefined && misbehaviour) {
      throw cliErrors.make('CLI-1001', 'expected --until with --expected only');
    }
    const now = clock.nowMs();
    const end = until === undefined ? null : resolveInstant(until, now);
    const at = now + HOLDS_AFTER_MS;
    if (end !== null && end <= now) {
      throw cliErrors.make('CLI-1002', `--until: expected a time to come, found ${shortTime(end)}`);
    }
    if (end !== null && end <= at) {
      const message = `--until: expected a time after ${timeText(at)}, from which on it holds, found ${timeText(end)}`;
      throw cliErrors.make('CLI-1002', message);
    }
    const store = await context.openStore('annotate');
    const anomalies = await findAnomalies(store, id);
    const { feedbackOn } = await import('@ethogram/score');
    const verdict = expected ? 'expected' : 'misbehaviour';
    for (const anomaly of anomalies) {
      await keepFeedback(store, anomaly.host, feedbackOn(anomaly, { verdict, at, until: end }));
    }
    const [first] = anomalies;
    await out.document(
      {
        type: 'feedback',
        ...feedbackOn(first, { verdict, at, until: end }),
        at: timeText(at),
        until: end === null ? null : timeText(end),
        anomalies: anomalies.map((anomaly) => anomaly.id),
      },
      anomalies.map(
        (anomaly) =>
          `${verdict}${end === null ? '' : ` until ${shortTime(end)}`}: ${anomalyLine(anomaly, out.style)}`,
      ),
    );
    return 0;
  },
});
