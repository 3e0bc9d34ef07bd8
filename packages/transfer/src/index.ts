export {
  createAdmission,
  type Admission,
  type AdmissionOptions,
  type Admit,
  type AdmitOptions,
  type Place,
} from './admission.ts'
export type { Backoff, RetryClass } from './attempt.ts'
export { createTransfers, type TransfersOptions } from './create-transfers.ts'
export { TransferError, type TransferErrorCode } from './transfer-error.ts'
export type { AttemptPolicy, Retry, RetryEvent, RunOptions, Transfers, Watch, Work, WorkContext } from './work.ts'
