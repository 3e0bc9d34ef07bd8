/** What `parseStrictJson` gives. Objects have no prototype, so that `__proto__` and `constructor` are members like any other. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject

export interface JsonObject {
  readonly [member: string]: JsonValue
}

/** A number nobody should count bytes with: a fraction, an exponent, a sign, or beyond 2^53 - 1. Kept as it was written. */
export class OddNumber {
  readonly written: string

  constructor(written: string) {
    this.written = written
  }
}

// Go decodes an integer member from exactly this form and refuses `1.0` and `1e3`; so do we, or two readers disagree.
const plainInteger = /^(?:0|[1-9][0-9]{0,15})$/

/** For `scanJson`: the numbers that are plain integers, and the rest as `OddNumber`, so that only a field we interpret refuses them. */
export function exactNumber(written: string): number | OddNumber {
  const value = Number(written)
  return plainInteger.test(written) && Number.isSafeInteger(value) ? value : new OddNumber(written)
}
