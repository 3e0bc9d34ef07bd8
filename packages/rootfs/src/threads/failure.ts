import { CompressionError } from '@lading/compression'
import { isLadingError, LadingError, type ErrorFacts } from '@lading/errors'
import { ImageError } from '@lading/image'
import { TarError } from '@lading/tar'
import { RootfsError } from '../rootfs-error.ts'

/** An error in a form that can be sent between threads, where classes and members get lost. */
export interface Failure {
  readonly name: string
  readonly code: string
  readonly message: string
  readonly hint: string | undefined
  readonly facts: ErrorFacts
  readonly cause: { readonly message: string; readonly code: unknown } | undefined
}

/** @returns `undefined`: it is not one of our errors */
export function toFailure(error: unknown): Failure | undefined {
  if (!isLadingError(error)) return undefined
  const { name, code, message, hint, facts, cause } = error
  return {
    name,
    code,
    message,
    hint,
    facts,
    cause: cause instanceof Error ? { message: cause.message, code: (cause as { code?: unknown }).code } : undefined,
  }
}

const classes = { RootfsError, TarError, ImageError, CompressionError } as const

/** The same error again, of its class. */
export function fromFailure({ name, code, message, hint, facts, cause }: Failure): Error {
  const ErrorClass = (
    Object.hasOwn(classes, name) ? classes[name as keyof typeof classes] : LadingError
  ) as typeof LadingError
  const why = cause === undefined ? undefined : Object.assign(new Error(cause.message), { code: cause.code })
  return new ErrorClass(code, message, { ...facts, hint, cause: why })
}
