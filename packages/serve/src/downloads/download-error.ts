import { LadingError, nameErrors, type ErrorOptions } from '@lading/errors'

/**
 * What ends a reader of a blob that is on its way, beside what its source and its target throw.
 *
 * - `DOWNLOAD_RESTARTED`: what came was wrong, or is lost, and the blob comes again from its start. What was given counts no more.
 * - `DOWNLOAD_STOPPED`: nobody watched it for long, or the server ends. What came is kept.
 * - `DOWNLOAD_RANGE_INVALID`: the range does not lie within the blob.
 */
export type DownloadErrorCode = 'DOWNLOAD_RESTARTED' | 'DOWNLOAD_STOPPED' | 'DOWNLOAD_RANGE_INVALID'

export class DownloadError extends LadingError<DownloadErrorCode> {
  constructor(code: DownloadErrorCode, message: string, options: ErrorOptions = {}) {
    super(code, message, options)
  }
}

nameErrors(DownloadError, 'DownloadError')
