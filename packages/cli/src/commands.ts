import type { Command } from './command.js';
import { ackCommand } from './commands/ack.js';
import { compareCommand } from './commands/compare.js';
import { completionCommand } from './commands/completion.js';
import { configCheckCommand } from './commands/config-check.js';
import { demoCommand } from './commands/demo.js';
import { doctorCommand } from './commands/doctor.js';
import { explainCommand } from './commands/explain.js';
import { exportCommand } from './commands/export.js';
import { graphCommand } from './commands/graph.js';
import { graphDiffCommand } from './commands/graph-diff.js';
import { importCommand } from './commands/import.js';
import {
  modelsExportCommand,
  modelsImportCommand,
  modelsPromoteCommand,
  modelsRmCommand,
  modelsRollbackCommand,
} from './commands/models-change.js';
import { modelsDiffCommand } from './commands/models-diff.js';
import { modelsLsCommand } from './commands/models-ls.js';
import { modelsShowCommand } from './commands/models-show.js';
import { modelsSignCommand } from './commands/models-sign.js';
import { recordCommand } from './commands/record.js';
import { recordingsCommand } from './commands/recordings.js';
import { recordingsRmCommand } from './commands/recordings-rm.js';
import { reportCommand } from './commands/report.js';
import { runCommand } from './commands/run.js';
import { scoreCommand } from './commands/score.js';
import { sourcesCommand } from './commands/sources.js';
import { storeCompactCommand, storeRetainCommand } from './commands/store-upkeep.js';
import { thresholdsCommand } from './commands/thresholds.js';
import { trainCommand } from './commands/train.js';

/** Every command, in the order of help and docs. */
export const commands: readonly Command[] = Object.freeze([
  recordCommand,
  recordingsCommand,
  recordingsRmCommand,
  sourcesCommand,
  importCommand,
  exportCommand,
  trainCommand,
  scoreCommand,
  explainCommand,
  ackCommand,
  compareCommand,
  reportCommand,
  graphCommand,
  graphDiffCommand,
  modelsLsCommand,
  modelsShowCommand,
  modelsDiffCommand,
  modelsRmCommand,
  modelsExportCommand,
  modelsImportCommand,
  modelsPromoteCommand,
  modelsRollbackCommand,
  modelsSignCommand,
  thresholdsCommand,
  runCommand,
  demoCommand,
  storeRetainCommand,
  storeCompactCommand,
  doctorCommand,
  configCheckCommand,
  completionCommand,
]);
