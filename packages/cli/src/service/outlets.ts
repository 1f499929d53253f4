import { readAlertConfig } from '../alerts/alert-config.js';
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
import { ServiceState } from '../monitoring/service-state.js';
import { programVersion } from '../parse-command-line.js';

/** After SIGTERM, so long for alerts that wait: the whole service has five seconds. */
const FLUSH_MS = 3_000;

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
  /** Delivers what waits, for a few seconds at most, and stops listening; may be called again. */
  close(): Promise<void>;
}

/**
 * Opens `/metrics` and the alert targets of the config file.
 * @throws CLI-1002, CLI-1013, CLI-1014.
 */
export async function openOutlets(
  context: Pick<CommandContext, 'clock' | 'config' | 'notices'>,
  options: MonitoringValues,
): Promise<Outlets> {
  const { clock, config, notices } = context;
  const values = readAlertConfig(config, process.getuid?.());
  const targets = values ? alertTargets(values, clock) : [];
  const alerts = new Alerts(targets, {
    clock,
    random: Math.random,
    onTrouble: (text) => notices.warn(text),
    minSeverity: values?.minSeverity ?? 'warning',
  });
  const state = new ServiceState({
    clock,
    intervalMs: options.interval,
    maxSources: options.maxSources,
  });
  const server = await listen(context, options, state, alerts);
  if (targets.length > 0) {
    notices.note(`alerts to ${targets.map(({ name }) => name).join(', ')}`);
  }
  return {
    state,
    alerts,
    close: async () => {
      await alerts.close(FLUSH_MS);
      await server?.close();
      for (const { target, dropped } of alerts.counts) {
        if (dropped > 0) notices.warn(`alerts: ${dropped} never reached ${target}`);
      }
    },
  };
}

async function listen(
  { notices }: Pick<CommandContext, 'notices'>,
  { metricsListen, metricsRemote }: MonitoringValues,
  state: ServiceState,
  alerts: Alerts,
): Promise<MonitoringServer | undefined> {
  if (metricsListen === 'off') return undefined;
  const address = metricsListen ?? DEFAULT_METRICS_ADDRESS;
  if (!isLoopback(address.host) && !metricsRemote) {
    const message = `--metrics-listen: expected a loopback address, or --metrics-remote beside it, found ${addressText(address)}`;
    throw cliErrors.make('CLI-1002', message);
  }
  const { metricsRegistry } = await import('../monitoring/metrics-registry.js');
  const registry = metricsRegistry(state, programVersion(), () => alerts.counts);
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
