import { printable } from '@lading/errors'
import { TestRegistryError } from '../error.ts'
import type { JournalEntry, JournalFilter } from './journal.ts'
import { describeEntries } from './describe-entries.ts'
import { overlap, partOf } from './parts.ts'
import { tooEarly } from './retry-after.ts'

/**
 * What a test wants to say about a client. Each looks at what is in the journal now, returns nothing when it is so, and
 * otherwise throws a `TestRegistryError` `ASSERTION_FAILED` whose message lists the requests in question. So each does,
 * too, when a fault hit requests and never changed anything: such a test tests nothing.
 */
export interface Assertions {
  /** One GET of the blob was answered with content (200 or 206), at the registry or at the CDN. Challenges, redirects and errors do not count. */
  assertFetchedOnce(digest: string): void
  /** No GET of the blob was answered with content. */
  assertNotFetched(digest: string): void
  /** However many requests it took, no byte of the blob was sent twice: the client resumed. */
  assertNoByteTwice(digest: string): void
  /** No request at that origin carried an `Authorization` header, or a password, identity token or access token of the registry in its path, headers or form. */
  assertNoSecretAt(origin: JournalEntry['origin']): void
  /** Each answer with `Retry-After` (seconds or a date) was followed by no request for the same thing before its time. There must be one. */
  assertRetryAfterHonoured(): void
  /** So many requests fit the filter. */
  assertRequests(filter: JournalFilter, count: number): void
}

interface Source {
  readonly entries: readonly JournalEntry[]
  readonly dropped: number
}

export function createAssertions(source: Source): Assertions {
  const all = (): readonly JournalEntry[] => {
    if (source.dropped > 0)
      throw failed(`the journal lost ${source.dropped} entries`, [], 'clear it between the parts of a long test')
    const idle = neverFired(source.entries)
    if (idle !== undefined)
      throw failed(
        `a fault changed nothing, so that nothing was tested: ${printable(idle, 200)}`,
        source.entries.filter(({ withoutEffect }) => withoutEffect.includes(idle)),
        "a body may be shorter than 'afterBytes', or what is to be changed not be there",
      )
    return source.entries
  }
  const requestsFor = (digest: string): readonly JournalEntry[] =>
    all().filter(({ kind, target }) => (kind === 'blob' || kind === 'cdn') && target === digest)
  return {
    assertFetchedOnce(digest) {
      const requests = requestsFor(digest)
      const count = requests.filter(isFetch).length
      if (count !== 1)
        throw failed(
          `${printable(digest)} was fetched ${times(count)}, not once`,
          requests,
          count === 0
            ? 'the client may have had it already, or have failed before'
            : 'a client that resumes fetches in parts: assertNoByteTwice allows that',
        )
    },
    assertNotFetched(digest) {
      const requests = requestsFor(digest)
      const count = requests.filter(isFetch).length
      if (count !== 0) throw failed(`${printable(digest)} was fetched ${times(count)}, not never`, requests)
    },
    assertNoByteTwice(digest) {
      const requests = requestsFor(digest)
      const fetches = requests.filter(isFetch)
      if (fetches.length === 0) throw failed(`${printable(digest)} was not fetched at all`, requests)
      const twice = overlap(fetches.map(partOf))
      if (twice !== undefined)
        throw failed(
          `bytes ${twice.start} to ${twice.end - 1} of ${printable(digest)} were sent twice`,
          requests,
          'the client did not go on where it stopped',
        )
    },
    assertNoSecretAt(origin) {
      const leaks = all().filter((entry) => entry.origin === origin && entry.secrets.length > 0)
      const [first] = leaks
      if (first !== undefined)
        throw failed(
          `a secret reached ${origin === 'cdn' ? 'the second origin' : 'the registry'}, in the request's ${first.secrets.join(', ')}`,
          leaks,
          'a credential belongs to the origin that asked for it: drop it when a redirect or a realm leads elsewhere',
        )
    },
    assertRetryAfterHonoured() {
      const entries = all()
      const told = entries.filter(
        ({ status, responseHeaders }) =>
          status !== undefined && status >= 300 && responseHeaders['retry-after'] !== undefined,
      )
      if (told.length === 0)
        throw failed(
          'no answer had a Retry-After',
          entries,
          "add one, as in { on: 'manifest', times: 1, then: { status: 429, retryAfter: 1 } }",
        )
      for (const answer of told) {
        const early = tooEarly(answer, entries)
        if (early !== undefined)
          throw failed(
            `a request came ${Math.ceil(early.byMs)} ms before the end of 'Retry-After: ${printable(answer.responseHeaders['retry-after'] ?? '')}'`,
            [answer, early.entry],
          )
      }
    },
    assertRequests(filter, count) {
      const wanted = Object.entries(filter).filter(([, value]) => value !== undefined)
      const requests = all().filter((entry) =>
        wanted.every(([member, value]) => entry[member as keyof JournalFilter] === value),
      )
      if (requests.length !== count)
        throw failed(`${requests.length} requests with ${printable(JSON.stringify(filter))}, not ${count}`, requests)
    },
  }
}

/** A fault that was to change requests, and changed none. */
function neverFired(entries: readonly JournalEntry[]): string | undefined {
  const fired = new Set(entries.flatMap(({ faults }) => faults))
  return entries.flatMap(({ withoutEffect }) => withoutEffect).find((name) => !fired.has(name))
}

/** Content that went out: the answers with which a client has something of the blob. */
const isFetch = ({ method, status }: JournalEntry): boolean => method === 'GET' && (status === 200 || status === 206)

const times = (count: number): string => (count === 0 ? 'never' : count === 1 ? 'once' : `${count} times`)

function failed(message: string, requests: readonly JournalEntry[], hint?: string): TestRegistryError {
  return new TestRegistryError('ASSERTION_FAILED', `${message}\n${describeEntries(requests)}`, { hint })
}
