import { hostname } from 'node:os';
import type { Registry } from 'prom-client';
import { type AlertValues, readAlertConfig } from '../alerts/alert-config.js';
import { Alerts, alertTargets } from '../alerts/alerts.js';
import type { CommandContext } from '../command.js';
import { cliErrors } from '../errors.js';
import {
  addressText,
  DEFAULT_METRICS_ADDRESS,
  isLoopback,
  type ListenAddress,
} from '../monitoring/listen-address.js';
import { type MonitoringServer, openMonitoringServer } from '../monitoring/monitoring-server.js';
import { OtlpMetrics } from '../monitoring/otlp-metrics.js';
import { ServiceState } from '../monitoring/service-state.js';
import type { ConfigFile } from '../options/config-file.js';
import { programVersion } from '../parse-command-line.js';

/** After SIGTERM, so long for what waits to be told: the whole service has five seconds. */
const FLUSH_MS = 2_000;

/** How the service is watched from outside. */
export interface MonitoringValues {
  readonly metricsListen: ListenAddress | 'off' | undefined;
  readonly metricsRemote: boolean;
  readonly interval: number;
  readonly maxSources: number;
}

/** Where the service tells others of itself and of the host. */
export interface Outlets {
  readonly state: ServiceState;
  readonly alerts: Alerts;
  /** Says again what still fires and sends metrics, where that is due; every few seconds. */
  repeat(): void;
  /**
   * Takes over the targets of a config file; those before stay where it is not good.
   * @throws CLI-1002, CLI-1014.
   */
  reload(config: ConfigFile | undefined): Promise<void>;
  /** Delivers what waits, for a few seconds at most, and stops listening; may be called again. */
  close(): Promise<void>;
}

type Context = Pick<CommandContext, 'clock' | 'config' | 'notices'>;

/**
 * Opens `/metrics` and the targets of the config file.
 * @throws CLI-1002, CLI-1013, CLI-1014.
 */
export async function openOutlets(context: Context, options: MonitoringValues): Promise<Outlets> {
  const { clock, notices } = context;
  const first = readAlertConfig(context.config, process.getuid?.());
  const alerts = new Alerts(first ? alertTargets(first, clock) : [], {
    clock,
    random: Math.random,
    onTrouble: (text) => notices.warn(text),
    minSeverity: first?.minSeverity ?? 'warning',
  });
  const state = new ServiceState({
    clock,
    intervalMs: options.interval,
    maxSources: options.maxSources,
  });
  const { metricsRegistry } = await import('../monitoring/metrics-registry.js');
  const registry = metricsRegistry(state, programVersion(), () => alerts.counts);
  const server = await listen(context, options, state, registry);
  let sender = metricsSender(context, first, registry);
  const told = alerts.counts.map(({ target }) => target);
  if (told.length > 0) notices.note(`alerts to ${told.join(', ')}`);
  return {
    state,
    alerts,
    repeat: () => {
      alerts.repeat();
      sender.repeat();
    },
    reload: async (config) => {
      const values = readAlertConfig(config, process.getuid?.());
      alerts.replace(values ? alertTargets(values, clock) : [], values?.minSeverity ?? 'warning');
      await sender.close(AbortSignal.timeout(FLUSH_MS));
      sender = metricsSender(context, values, registry);
    },
    close: async () => {
      const patience = AbortSignal.timeout(FLUSH_MS);
      await Promise.all([alerts.close(FLUSH_MS), sender.close(patience)]);
      await server?.close();
      for (const { target, dropped } of alerts.counts) {
        if (dropped > 0) notices.warn(`alerts: ${dropped} never reached ${target}`);
      }
    },
  };
}

/** Sends metrics to the receivers of OpenTelemetry that a config file names. */
function metricsSender(
  { clock, notices }: Context,
  values: AlertValues | undefined,
  registry: Registry,
): { repeat(): void; close(patience: AbortSignal): Promise<void> } {
  const headers = Object.fromEntries(values?.otlpHeader ?? []);
  const senders = (values?.otlpMetrics ?? []).map(
    (url) =>
      new OtlpMetrics({
        url,
        headers,
        host: hostname(),
        version: programVersion(),
        clock,
        read: () => registry.getMetricsAsJSON(),
        onTrouble: (text) => notices.warn(text),
      }),
  );
  let sentNs = clock.monotonicNs();
  return {
    repeat: () => {
      const now = clock.monotonicNs();
      if (!values || Number(now - sentNs) / 1e6 < values.otlpMetricsEvery) return;
      sentNs = now;
      for (const sender of senders) sender.push();
    },
    close: async (patience) => {
      await Promise.all(senders.map((sender) => sender.close(patience)));
    },
  };
}

async function listen(
  { notices }: Pick<CommandContext, 'notices'>,
  { metricsListen, metricsRemote }: MonitoringValues,
  state: ServiceState,
  registry: Registry,
): Promise<MonitoringServer | undefined> {
  if (metricsListen === 'off') return undefined;
  const address = metricsListen ?? DEFAULT_METRICS_ADDRESS;
  if (!isLoopback(address.host) && !metricsRemote) {
    const message = `--metrics-listen: expected a loopback address, or --metrics-remote beside it, found ${addressText(address)}`;
    throw cliErrors.make('CLI-1002', message);
  }
  try {
    const server = await openMonitoringServer(address, {
      health: () => state.health(),
      metrics: () => registry.metrics(),
      contentType: registry.contentType,
    });
    notices.note(`metrics at http://${addressText(server.address)}/metrics`);
    return server;
  } catch (failure) {
    // Who asked for an address gets it or an error; nobody asked for the default.
    if (metricsListen !== undefined || !(failure instanceof Error)) throw failure;
    notices.warn(`no metrics: ${failure.message}`);
    return undefined;
  }
}
