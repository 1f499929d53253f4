import { printable } from '@ethogram/report';
import { cliErrors } from '../errors.js';
import type { ConfigFile } from '../options/config-file.js';
import type { OptionValues } from '../options/option.js';
import { resolveOptions } from '../options/resolve-options.js';
import type { Alert } from './alert.js';
import { ALERTS_SECTION, alertOptions } from './alert-options.js';
import { fillTemplate, TEMPLATE_FIELDS, unknownFields } from './alert-template.js';
import { isJsonType } from './targets/webhook.js';

/** What the section `[alerts]` says. */
export type AlertValues = OptionValues<typeof alertOptions>;

/**
 * The alert targets of a config file.
 * @param ownUid the user that the service runs as; `undefined` where there are none.
 * @returns `undefined` where the file has no section `[alerts]`.
 * @throws CLI-1014 where someone else could have written the file; CLI-1002 on a bad template.
 */
export function readAlertConfig(
  config: ConfigFile | undefined,
  ownUid: number | undefined,
): AlertValues | undefined {
  const entries = config?.entries.filter(({ path }) => path[0] === ALERTS_SECTION) ?? [];
  if (!config || entries.length === 0) return undefined;
  assertOwn(config, ownUid);
  const values = resolveOptions(alertOptions, [ALERTS_SECTION], {
    flags: {},
    env: {},
    config: { ...config, entries },
  }) as AlertValues;
  assertTemplate(values);
  return values;
}

/** Who may write the file may send what happens on this host to anywhere. */
function assertOwn({ file, mode, uid }: ConfigFile, ownUid: number | undefined): void {
  const name = printable(file);
  if ((mode & 0o022) !== 0) {
    const found = (mode & 0o777).toString(8).padStart(3, '0');
    const message = `${name}: expected that only its owner may write a file with [alerts], found mode ${found}`;
    throw cliErrors.make('CLI-1014', message);
  }
  if (ownUid !== undefined && uid !== 0 && uid !== ownUid) {
    const message = `${name}: expected that a file with [alerts] belongs to root or to user ${ownUid}, found user ${uid}`;
    throw cliErrors.make('CLI-1014', message);
  }
}

function assertTemplate({ webhookTemplate, webhookContentType }: AlertValues): void {
  if (webhookTemplate === undefined) return;
  const unknown = unknownFields(webhookTemplate)[0];
  if (unknown !== undefined) {
    const message = `alerts.webhook-template: expected one of ${TEMPLATE_FIELDS.join(', ')}, found {{${printable(unknown)}}}`;
    throw cliErrors.make('CLI-1002', message);
  }
  if (!isJsonType(webhookContentType)) return;
  try {
    JSON.parse(fillTemplate(webhookTemplate, EXAMPLE, true));
  } catch (cause) {
    const message =
      'alerts.webhook-template: expected JSON once it is filled in, found something else; put fields into quotes, all but {{alert}}, or set webhook-content-type';
    throw cliErrors.make('CLI-1002', message, { cause });
  }
}

/** What a template is tried with: names that would end a string that is not escaped. */
const EXAMPLE = Object.freeze<Alert>({
  type: 'alert',
  status: 'firing',
  event: 'e',
  startsAt: '2026-05-01T10:00:00.000Z',
  endsAt: null,
  host: 'a"b\\c\nd',
  source: { kind: 'process', name: 'a"b\\c\nd' },
  score: 6.2,
  p: 6.3e-7,
  severity: 'critical',
  kinds: ['novel'],
  regime: 'full',
  incident: 'i',
  checkpoint: null,
  model: 'm',
  lost: 0,
  reasons: [],
  neighbours: [],
});
