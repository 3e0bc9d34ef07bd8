import { LadingError, nameErrors, type ErrorOptions } from '@lading/errors'

export type TransferErrorCode =
  /** `run` after `close`, or the transfer was ended by `close`. */
  | 'TRANSFERS_CLOSED'
  /** The reason of a work's signal when its last watcher left; nobody is there to see it but the work. */
  | 'TRANSFER_CANCELLED'
  /** `result()` of a watch that was released before the work ended. */
  | 'WATCH_RELEASED'
  /** An option of `createTransfers` is out of its range. */
  | 'TRANSFER_OPTION_INVALID'

export class TransferError extends LadingError<TransferErrorCode> {
  constructor(code: TransferErrorCode, message: string, options: ErrorOptions = {}) {
    super(code, message, options)
  }
}

nameErrors(TransferError, 'TransferError')
