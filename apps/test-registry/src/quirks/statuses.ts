import type { Trait } from './in-character.ts'

/** Success, said otherwise. */
export const status: Trait = (given, { route: { kind }, quirks: { createdStatus = 201 } }) =>
  (kind === 'upload' || kind === 'manifest') && given.status === 201 ? { ...given, status: createdStatus } : given
