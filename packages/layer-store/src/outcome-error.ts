import { CompressionError, type CompressionErrorCode } from '@lading/compression'
import type { Digest } from '@lading/digest'
import { printable } from '@lading/errors'
import type { Failure, Outcome } from './job.ts'
import { boundHints } from './layer-bounds.ts'
import { LayerError } from './layer-error.ts'

function revive({ name, code, message, options }: Failure): Error {
  if (name === 'CompressionError') return new CompressionError(code as CompressionErrorCode, message, options)
  return Object.assign(new Error(message), { code })
}

/** The error for a job that came to nothing. */
export function outcomeError(digest: Digest, outcome: Exclude<Outcome, { outcome: 'done' | 'aborted' }>): LayerError {
  const cause = outcome.failure === undefined ? undefined : revive(outcome.failure)
  if (outcome.outcome === 'broken') {
    return new LayerError(
      'LAYER_WORKER_FAILED',
      `layer ${digest} cannot be worked on: ${printable(cause?.message ?? '')}`,
      {
        digest,
        cause,
        hint: outcome.failure.options.hint ?? 'try again; if it stays like this, please report it',
      },
    )
  }
  if (outcome.outcome === 'corrupt') {
    const { code, options } = outcome.failure
    const bound = boundHints[code]
    if (bound !== undefined) {
      return new LayerError('LAYER_TOO_LARGE', `layer ${digest} is refused: ${printable(cause?.message ?? '')}`, {
        ...options,
        digest,
        cause,
        hint: bound,
      })
    }
    return new LayerError(
      'LAYER_CORRUPT',
      `layer ${digest} cannot be decompressed: ${printable(cause?.message ?? '')}`,
      {
        digest,
        cause,
        offset: options.offset,
        hint: options.hint ?? 'the registry has exactly these bytes: build and push the image again',
      },
    )
  }
  return new LayerError('LAYER_SOURCE_FAILED', `layer ${digest} cannot be read: ${outcome.message}`, {
    ...outcome.options,
    digest,
    cause,
    hint: 'pull the image again',
  })
}
