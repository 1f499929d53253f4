import { say } from './terminal.mjs';

/** Tells vitest's reader why each test that did not run was skipped. */
export default class SkippedReporter {
  onTestCaseResult(testCase) {
    const result = testCase.result();
    if (result.state !== 'skipped') return;
    const why = result.note ?? 'not asked for in this run';
    say(`skipped: ${testCase.module.relativeModuleId}: ${testCase.fullName}: ${why}`);
  }
}
