export { createHeldFailure, guardListener, type HeldFailure } from './guard-listener.ts'
export { LadingError, isLadingError, type ErrorFacts, type ErrorOptions } from './lading-error.ts'
export { printable } from './printable.ts'
export { redact } from './redact.ts'
