import type { IncidentRecord } from '@ethogram/score';
import { printable } from './printable.js';
import { shortTime } from './quantity.js';
import type { View } from './view.js';

/** Incidents: the record for programs, who may have caused them for people. */
export const incidentView: View<IncidentRecord> = Object.freeze({
  columns: [
    { name: 'incident', value: (row) => row.id },
    { name: 'host', value: (row) => row.host },
    { name: 'state', value: (row) => row.state },
    { name: 'severity', value: (row) => row.severity },
    { name: 'start', value: (row) => row.start, text: (row) => shortTime(Date.parse(row.start)) },
    { name: 'end', value: (row) => row.end, text: (row) => shortTime(Date.parse(row.end)) },
    {
      name: 'suspects',
      value: (row) => row.suspects.map(({ source }) => source).join(' '),
      text: suspectsText,
    },
    { name: 'model', value: (row) => row.model },
  ],
  record: (row) => row,
} satisfies View<IncidentRecord>);

/** `critical, open since 2026-05-01 10:00:00Z, most likely by process:db`. */
export function incidentText(incident: IncidentRecord): string {
  const { state, severity } = incident;
  const [start, end] = [incident.start, incident.end].map((at) => shortTime(Date.parse(at)));
  const [root] = incident.suspects;
  return [
    severity,
    state === 'open' ? `open since ${start}` : `${start} to ${end}`,
    ...(root ? [`most likely by ${printable(root.source)}`] : []),
  ].join(', ');
}

function suspectsText({ suspects }: IncidentRecord): string {
  const [root, ...others] = suspects.map(({ source }) => source);
  if (root === undefined) return '';
  return others.length > 0 ? `${root} and ${others.length} more` : root;
}
