import { pullEventVersion, type PulledImage, type PulledTags } from '@lading/distribution'
import { isLadingError } from '@lading/errors'
import { Interruption } from '../cli-error.ts'
import { exitCodeOf } from '../exit-code-of.ts'
import { describeError } from '../process/report-error.ts'

/** What `--progress json` prints of an image. The configuration is left to `lading inspect --json`. */
export function imageResult(image: PulledImage): object {
  const { config: _config, ...rest } = image
  return { v: pullEventVersion, ...rest }
}

export function tagsResult({ images, failed, skipped, status }: PulledTags): object {
  return {
    v: pullEventVersion,
    status,
    images: images.map((image) => {
      const { config: _config, ...rest } = image
      return rest
    }),
    failed: failed.map(({ reference, error }) => ({ reference, ...errorFacts(error) })),
    skipped,
  }
}

/** What `--progress json` prints of an image that was pushed or copied. */
export const copiedResult = (copied: object): object => ({ v: pullEventVersion, ...copied })

/** The last line of the events of a pull that failed. */
export function errorEvent(error: unknown): object {
  return { v: pullEventVersion, type: 'error', exitCode: exitCodeOf(error), ...errorFacts(error) }
}

export function errorFacts(error: unknown): object {
  if (error instanceof Interruption)
    return {
      code: 'INTERRUPTED',
      message: error.message,
      hint: 'what has arrived is kept, and the next pull resumes',
    }
  if (!isLadingError(error)) return { code: 'UNKNOWN', message: describeError(error) }
  return { code: error.code, message: error.message, hint: error.hint, ...error.facts }
}
