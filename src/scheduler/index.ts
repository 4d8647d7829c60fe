export { readBootId } from './attempts/boot-id.js';
export { schedulerErrors } from './errors.js';
export * from './ports.js';
export type { RecoveryReport } from './recovery.js';
export type { AcceptanceResult, Alongside } from './requests/desk.js';
export type { RequestChange, RequestDraft } from './requests/draft.js';
export type { RetriedOutcome, RetryRules } from './requests/retry-rules.js';
export type { RequestStatistics, RequestView, WhyNotYet } from './requests/views.js';
export { Scheduler, type SchedulerOptions, type SchedulerStatus } from './scheduler.js';
