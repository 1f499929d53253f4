export { storeErrors } from './errors.js';
export type { FollowOptions } from './follow.js';
export { follow } from './follow.js';
export { formatErrors } from './formats/errors.js';
export type { ExportFormat } from './formats/export-blocks.js';
export { EXPORT_FORMATS, exportBlocks, exportToFile } from './formats/export-blocks.js';
export type { ImportOptions } from './formats/import-files.js';
export { importFiles } from './formats/import-files.js';
export type { ImportResult } from './formats/import-into.js';
export { importInto } from './formats/import-into.js';
export type { ImportFormat } from './formats/read-format.js';
export { IMPORT_FORMATS } from './formats/read-format.js';
export type { SourceSummary } from './list-sources.js';
export { listSources } from './list-sources.js';
export { openStore } from './open-store.js';
export { mergeIntervals } from './retention/merge-interval.js';
export type {
  AppendResult,
  EventHead,
  EventStore,
  Lease,
  LeaseStore,
  Maintenance,
  ModelState,
  ModelStore,
  OpenOptions,
  Pin,
  ReadQuery,
  RecordingInfo,
  RetentionPolicy,
  RetentionReport,
  RetentionTier,
  SampleStore,
  StepMs,
  Store,
  StoredEvent,
  StoredModel,
} from './store.js';
export type { StoreUri } from './store-uri.js';
export { parseStoreUri, redactUri } from './store-uri.js';
