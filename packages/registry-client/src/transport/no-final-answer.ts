import { TransportError } from '../errors/transport-error.ts'

/** Of one request. Any number is allowed (RFC 9110 15.2), and a few are all that is ever sent. */
export const mostInterims = 16

export function noFinalAnswer(status: number, { host }: URL): TransportError {
  const what = status === 101 ? 'switches to another protocol' : `sends more than ${mostInterims} interim answers`
  return new TransportError('BAD_RESPONSE', `${host} ${what} instead of an answer`, {
    host,
    status,
    hint: 'check that this is the address of a registry',
  })
}
