import { isLadingError } from '@lading/errors'
import { assertFired } from '../faults/assert-fired.ts'
import type { JournalFilter } from '../journal/journal.ts'
import { done, refuse, type ControlReply } from './control-reply.ts'
import type { Controlled } from './endpoint.ts'

const isText = (value: unknown): value is string => typeof value === 'string'

/** One for each assertion. False: the value does not fit. */
const assertions: Readonly<Record<string, (controlled: Controlled, value: unknown) => boolean>> = {
  faultsFired: ({ faults }, value) => value === true && holds(() => assertFired(faults.list())),
  fetchedOnce: ({ journal }, value) => isText(value) && holds(() => journal.assertFetchedOnce(value)),
  notFetched: ({ journal }, value) => isText(value) && holds(() => journal.assertNotFetched(value)),
  noByteTwice: ({ journal }, value) => isText(value) && holds(() => journal.assertNoByteTwice(value)),
  noSecretAt: ({ journal }, value) =>
    (value === 'registry' || value === 'cdn') && holds(() => journal.assertNoSecretAt(value)),
  retryAfterHonoured: ({ journal }, value) => value === true && holds(() => journal.assertRetryAfterHonoured()),
  requests: ({ journal }, value) =>
    isCount(value) && holds(() => journal.assertRequests(value.filter ?? {}, value.count)),
}

/** `{ "fetchedOnce": "sha256:…", "noSecretAt": "cdn" }`: 204 when all of it holds, 409 with the first that does not. */
export function check(body: unknown, controlled: Controlled): ControlReply {
  const wrong = (): ControlReply =>
    refuse('INVALID', `write { "fetchedOnce": "sha256:…" }; there are ${Object.keys(assertions).join(', ')}`)
  if (typeof body !== 'object' || body === null || Array.isArray(body) || Object.keys(body).length === 0) return wrong()
  try {
    for (const [name, value] of Object.entries(body)) {
      if (!Object.hasOwn(assertions, name) || assertions[name]?.(controlled, value) !== true) return wrong()
    }
  } catch (error) {
    if (!isLadingError(error, 'ASSERTION_FAILED')) throw error
    return { status: 409, value: { error: { code: error.code, message: error.message, hint: error.hint } } }
  }
  return done
}

function holds(assertion: () => void): true {
  assertion()
  return true
}

const members = ['origin', 'method', 'kind', 'repository', 'target', 'status']

function isCount(value: unknown): value is { readonly count: number; readonly filter?: JournalFilter } {
  if (typeof value !== 'object' || value === null) return false
  const { count, filter = {}, ...others } = value as Record<string, unknown>
  return (
    Number.isSafeInteger(count) &&
    Object.keys(others).length === 0 &&
    typeof filter === 'object' &&
    filter !== null &&
    Object.keys(filter).every((member) => members.includes(member))
  )
}
