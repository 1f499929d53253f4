import { DISK_MIB } from './embedded.mjs';
import { minutes, serverMinutes } from './settings.mjs';
import { slopePerHour } from './slope.mjs';

const round = (value, digits = 1) => Number(value.toFixed(digits));

/** What was found of the services. */
export function serviceTables({ embedded, server, problems, elapsedMs }) {
  const memory = memoryOf(embedded.memory);
  const incidents = incidentsOf(embedded.anomalies, embedded.startMs);
  const kinds = countBy(embedded.anomalies.flatMap((anomaly) => anomaly.kinds));
  // Of less than an hour a rate per day would say nothing.
  const perDay = embedded.scoredHours >= 1 ? (incidents.length / embedded.scoredHours) * 24 : null;
  const length = `${Math.round(elapsedMs / 60_000)} minutes in all; the goal is hours`;
  return [
    {
      title: `A service under churn, on a disk of ${DISK_MIB} MiB (${round(minutes - serverMinutes)} minutes)`,
      columns: ['what', 'value'],
      rows: [
        ['processes started beside it', embedded.spawned],
        ['kill -9', embedded.kills],
        ['full disk', embedded.hasDisk ? 'once, for a minute' : 'not tried (needs root)'],
        ['ticks taken', embedded.took],
        ['ticks stored', embedded.stored],
        ['ticks dropped by the bound of the memory', embedded.drops],
        [
          'lost while measuring, by cause',
          [...embedded.lost].map(([cause, count]) => `${cause} ${count}`).join(', ') || 'nothing',
        ],
        ['time from SIGTERM to the end, ms', embedded.stopMs],
        [
          'memory from a third of its longest life on, MiB',
          `${round(memory.from)} → ${round(memory.to)}`,
        ],
        ['its trend over that time, MiB an hour', round(memory.slope)],
        ['most memory, MiB', round(memory.most)],
        ['hours scored', round(embedded.scoredHours, 2)],
        ['incidents', incidents.length],
        ['incidents a host-day', perDay === null ? null : round(perDay)],
        ['anomalies by kind', kinds || 'none'],
      ],
      note: `${length}. Churn is made of processes that the model was learned beside.`,
    },
    ...(incidents.length > 0
      ? [
          {
            title: 'Its incidents',
            columns: ['minute', 'first source', 'because', 'sources', 'records', 'kinds'],
            rows: incidents
              .slice(0, 40)
              .map(({ minute, first, because, sources, records, kinds }) => [
                round(minute),
                first,
                because,
                sources,
                records,
                kinds,
              ]),
            note: incidents.length > 40 ? `The first 40 of ${incidents.length}.` : undefined,
          },
        ]
      : []),
    ...(server
      ? [
          {
            title: `A service whose MongoDB server is killed (${round(server.minutes)} minutes)`,
            columns: ['what', 'value'],
            rows: [
              ['losses of the store, about half a minute each', server.losses],
              ['ticks taken', server.took],
              ['ticks stored', server.stored],
              ['ticks dropped', server.drops],
              ['time from SIGTERM to the end, ms', server.stopMs],
            ],
            note: 'On the wire-protocol server that the tests use.',
          },
        ]
      : []),
    brokenTable(problems),
  ];
}

/** Of the tests that take a count, those that have ended. */
export function testTables(counted, problems) {
  return [
    {
      title: 'Tests at the counts of a soak',
      columns: ['what', 'file', 'count, of each test', 'seconds', 'outcome'],
      rows: counted.map(({ what, file, count, seconds, outcome }) => [
        what,
        file,
        Number(count),
        seconds,
        outcome,
      ]),
      note: 'Each parser is a test and gets the whole count; Parquet, whose inputs cost most, a fifth.',
    },
    brokenTable(problems),
  ];
}

function brokenTable(problems) {
  const rows = problems.map((text) => [text.slice(0, 300)]);
  return { title: 'What broke', columns: ['what'], rows: rows.length > 0 ? rows : [['nothing']] };
}

/** Each incident: when it began, what named it first, and all that was said in it. */
function incidentsOf(anomalies, startMs) {
  const records = new Map();
  for (const anomaly of anomalies)
    records.set(anomaly.incident, [...(records.get(anomaly.incident) ?? []), anomaly]);
  return [...records.values()].map((all) => {
    const [first] = all;
    const sources = new Set(all.map(({ source }) => source.name));
    return {
      minute: (Date.parse(first.ts) - startMs) / 60_000,
      first: first.source.name,
      because: first.reasons?.[0]?.metric ?? '',
      sources: sources.size,
      records: all.length,
      kinds: [...new Set(all.flatMap(({ kinds }) => kinds))].join(' '),
    };
  });
}

function countBy(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => `${value} ${count}`).join(', ');
}

/** Memory of the longest life, from a third of it on: what grows there has no end. */
function memoryOf(samples) {
  const lives = Map.groupBy
    ? [...Map.groupBy(samples, ({ life }) => life).values()]
    : Object.values(
        samples.reduce((all, sample) => {
          all[sample.life] = [...(all[sample.life] ?? []), sample];
          return all;
        }, {}),
      );
  const longest = lives.sort((a, b) => b.length - a.length)[0] ?? [];
  const settled = longest.slice(Math.floor(longest.length / 3));
  return {
    minutes: longest.length > 0 ? longest.at(-1).minute - longest[0].minute : 0,
    from: settled[0]?.mib ?? Number.NaN,
    to: settled.at(-1)?.mib ?? Number.NaN,
    most: Math.max(...samples.map(({ mib }) => mib)),
    slope: slopePerHour(settled),
  };
}
