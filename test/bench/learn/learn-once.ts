import { train } from '@ethogram/learn';
import { countIncidents } from '@ethogram/score';
import { type Loop, openReader } from './looped-reader.js';
import { START } from './recording.js';

/** What one training took, measured in a process of its own. */
export interface Outcome {
  readonly seconds: number;
  /** Processor time of all its threads, seconds. */
  readonly cpuSeconds: number;
  /** Largest resident memory of the process, MB. */
  readonly peakMb: number;
  readonly sources: number;
  /** Length of the largest source of the model as JSON, bytes. */
  readonly largestSource: number;
  readonly failures: number;
  readonly kernels: string;
  /** Seconds at which each step was done. */
  readonly steps: Readonly<Record<string, number>>;
}

/** Beside the command line, compiled: what worker threads load. */
const CLI = new URL('../../../../packages/cli/dist/models/', import.meta.url);

const [folder, ticks, rounds, threads] = process.argv.slice(2);
if (folder !== undefined) {
  const place: Loop = { folder, ticks: Number(ticks), rounds: Number(rounds) };
  const reader = await openReader(place);
  const start = process.hrtime.bigint();
  const elapsed = () => Number(process.hrtime.bigint() - start) / 1e9;
  const cpuSeconds = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const steps: Record<string, number> = {};
  const to = START + Number(ticks) * Number(rounds) * 1000 + 1;
  const model = await train(
    reader.read,
    { name: 'bench', window: { from: START, to, exclude: [] }, seed: 1 },
    {
      evaluate: countIncidents,
      evaluator: new URL('alarm-evaluator.js', CLI).href,
      kernels: new URL('native-kernels.js', CLI).href,
      reader: { module: new URL('looped-reader.js', import.meta.url).href, place },
      ...(threads === undefined ? {} : { threads: Number(threads) }),
      onProgress: ({ step }) => {
        steps[step] = elapsed();
      },
    },
  );
  const outcome: Outcome = {
    seconds: elapsed(),
    cpuSeconds: cpuSeconds(),
    peakMb: process.resourceUsage().maxRSS / 1024,
    sources: model.sources.length,
    largestSource: Math.max(...model.sources.map((source) => JSON.stringify(source).length)),
    failures: model.failures.length,
    kernels: model.kernels,
    steps,
  };
  await reader.close();
  if (process.send) process.send(outcome);
  else process.stdout.write(`${JSON.stringify(outcome)}\n`);
  if (process.send) process.disconnect();
}
