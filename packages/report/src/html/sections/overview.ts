import { parseSourceKey } from '@ethogram/core';
import { learnedLines } from '../../learned-lines.js';
import { countText, durationText, numberText, shortTime } from '../../quantity.js';
import { htmlList, htmlParagraph, htmlText } from '../html-text.js';
import { axisText } from '../plot/number-axis.js';
import type { PageSection, ReportView } from '../report-view.js';

/** What the page is about, its key figures, and what was learned, in words. */
export function overviewSection(view: ReportView): PageSection {
  const { model, notes } = view;
  const tiles = [...recordingTiles(view), ...modelTiles(view)].map(
    ([name, value]) => `<div><dt>${htmlText(name)}</dt><dd>${htmlText(value)}</dd></div>`,
  );
  return {
    id: 'overview',
    title: 'Overview',
    html: [
      ...notes.map((note) => htmlParagraph(note, 'notice')),
      verdict(view),
      `<dl class="tiles">${tiles.join('')}</dl>`,
      ...(model ? ['<h3>What was learned</h3>', htmlList(learnedLines(model))] : []),
    ].join('\n'),
  };
}

function verdict({ scores, model, learnedHere }: ReportView): string {
  if (!scores || !model) return '';
  const { incidents } = scores;
  if (incidents.length === 0) {
    const against = learnedHere ? 'what was learned from it' : 'the model';
    return `<p class="verdict good">Nothing unusual: no incident in ${htmlText(countText(scores.ticks, 'tick'))} held against ${against}.${model.regime === 'provisional' ? ' It has seen too little to judge rates yet: only ranges and novelty.' : ''}</p>`;
  }
  const worst =
    incidents.find(({ severity }) => severity === 'critical') ??
    (incidents[0] as (typeof incidents)[0]);
  const suspect = worst.suspects[0];
  const who = suspect
    ? ` Most suspect: <a href="#anomalies"><strong>${htmlText(parseSourceKey(suspect.source)?.name ?? suspect.source)}</strong></a>, score ${htmlText(numberText(suspect.score))}, seen by ${htmlText(suspect.kinds.join(', '))}.`
    : '';
  const when = `from ${shortTime(Date.parse(worst.start))}`;
  return `<p class="verdict ${worst.severity}">${htmlText(countText(incidents.length, 'incident'))}; the worst is ${worst.severity}, ${htmlText(when)}.${who}</p>`;
}

function recordingTiles({ recording, scores }: ReportView): readonly (readonly [string, string])[] {
  if (!recording) return [];
  const calls = recording.processes.reduce((sum, process) => sum + process.calls, 0);
  const lost = recording.lost.reduce((sum, [, count]) => sum + count, 0);
  return [
    ['recorded', durationText(Math.max(0, recording.to - recording.from))],
    ['from', shortTime(recording.from)],
    ['ticks', recording.ticks.toLocaleString('en-US')],
    ['process sources', String(recording.processes.length)],
    ...(calls > 0 ? ([['system calls', axisText(calls)]] as const) : []),
    ['lost while measuring', lost === 0 ? 'nothing' : axisText(lost)],
    ...(scores
      ? ([['anomalies', String(scores.anomalies.length + scores.anomaliesLeftOut)]] as const)
      : []),
  ];
}

function modelTiles({ model, learnedHere }: ReportView): readonly (readonly [string, string])[] {
  if (!model) return [];
  return [
    [
      'model',
      learnedHere ? 'learned from this recording' : `${model.name} (${model.id.slice(0, 8)})`,
    ],
    ['learned from', durationText(model.window.to - model.window.from)],
    [
      'may say',
      { provisional: 'ranges and novelty', short: 'rates', full: 'everything' }[model.regime],
    ],
  ];
}
