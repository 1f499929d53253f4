export type {
  AppendResult,
  EventStore,
  ModelState,
  ModelStore,
  OpenOptions,
  ReadQuery,
  RecordingInfo,
  SampleStore,
  Store,
  StoredEvent,
  StoredModel,
} from './store.js';
