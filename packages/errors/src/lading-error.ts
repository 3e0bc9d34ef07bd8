import { nameErrors } from './name-errors.ts'
import { redact } from './redact.ts'

/** What an error is about, for the message a person reads and the program that decides. All of it is optional and none of it is secret. */
export interface ErrorFacts {
  /** The reference that was being worked on, as canonical text. */
  readonly reference?: string | undefined
  /** `host` or `host:port` of the registry or origin that answered, or did not. */
  readonly host?: string | undefined
  /** The digest of the content in question. */
  readonly digest?: string | undefined
  /** A file or directory, for errors of a store. */
  readonly path?: string | undefined
  /** What should have been there (a digest, a size in bytes, a media type …). */
  readonly expected?: string | number | undefined
  /** What was there instead. */
  readonly actual?: string | number | undefined
  /** Position in the input, in bytes or UTF-16 units as the thrower documents. */
  readonly offset?: number | undefined
  /** HTTP status, for errors a registry reported. */
  readonly status?: number | undefined
}

export interface ErrorOptions extends ErrorFacts {
  readonly cause?: unknown
  /** One line that tells the user what to do next. No full stop needed. */
  readonly hint?: string | undefined
}

const brand = Symbol.for('lading.error')

/**
 * The base of every error Lading throws on purpose.
 *
 * `code` is API: a literal, stable within a major version. Each package narrows it to a union of its own.
 * The message is redacted here, once, so that no thrower can forget it.
 */
export class LadingError<Code extends string = string> extends Error {
  readonly code: Code
  readonly hint: string | undefined
  readonly facts: ErrorFacts

  constructor(code: Code, message: string, options: ErrorOptions = {}) {
    const { cause, hint, ...facts } = options
    super(redact(message), cause === undefined ? undefined : { cause })
    this.code = code
    this.hint = hint === undefined ? undefined : redact(hint)
    this.facts = facts
    // A unique-symbol member would not survive `isolatedDeclarations`; see the decision on brands.
    Object.defineProperty(this, brand, { value: true })
  }

  /** For `JSON.stringify` and structured logs: everything but the stack. */
  toJSON(): { name: string; code: Code; message: string; hint?: string | undefined } & ErrorFacts {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...this.facts,
    }
  }
}

nameErrors(LadingError, 'LadingError')

/**
 * True for errors of any copy of this package (two versions in one `node_modules` are ordinary),
 * optionally only for the given code.
 */
export function isLadingError<Code extends string = string>(value: unknown, code?: Code): value is LadingError<Code> {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as Record<symbol, unknown>)[brand] === true &&
    (code === undefined || (value as { code?: unknown }).code === code)
  )
}
