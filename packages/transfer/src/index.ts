export type { AttemptPolicy, Clock, RetryEvent, Transfers, Watch, Work, WorkContext } from './work.ts'
