import type { AbortOptions } from '@lading/clock'
import { parseContentType } from '@lading/manifest'
import { createHasher } from '@lading/digest/hash'
import { RegistryError } from '../errors/registry-error.ts'
import { isLabelledPage } from '../http/is-web-page.ts'
import { explainedByCoding } from '../http/content-coding.ts'
import { repeatAt } from '../site/repeat-at.ts'
import { createGiveOnce } from '../list/give-once.ts'
import { createListReader, type ListFrame } from '../list/list-reader.ts'
import { exchange, type ExchangeOptions } from '../site/exchange.ts'
import type { Site } from '../site/site.ts'
import type { Head } from '../wire/wire-request.ts'
import { createHandover } from './handover.ts'

/** What a page lists, and how. */
export interface PageFormat<T> {
  /** What is listed, for errors: `tags`. */
  readonly what: string
  readonly accept: string
  /** The member that has the list. */
  readonly member: string
  /** In UTF-16 units of JSON text. */
  readonly longestEntry: number
  /** Of an entry that is longer; without it, such entries are passed over. */
  readonly onTooLong?: ((head: Head) => void) | undefined
  /** The registry may have no such list, and answer in some other way with status 200: that is the error `UNSUPPORTED`. */
  readonly optional?: boolean | undefined
  /** Entries from their JSON texts; what cannot be an entry is left out, or thrown at. */
  readonly decode: (texts: readonly string[], head: Head) => readonly T[]
  /** Throws when the page that ended was no list. */
  readonly check: (frame: ListFrame, head: Head) => void
}

export interface ReadPageOptions extends AbortOptions, Pick<ExchangeOptions, 'about' | 'scope'> {}

export interface PageEnd {
  readonly head: Head
  /** Of its bytes. */
  readonly digest: string
}

/**
 * So much of a page is held back, in UTF-16 units: a page that is not longer comes whole or not at all, as often as it
 * has to be asked for.
 */
const heldBack = 64 * 1024

/**
 * The entries of one page while it comes, in bounded memory. A page that breaks off is asked for again, and goes on
 * behind what was given when that is the same again.
 *
 * @throws RegistryError `LIST_CHANGED`, `BAD_RESPONSE`, `SHORT_BODY`; what `format` throws
 */
export async function* readPage<T>(
  site: Site,
  url: URL,
  format: PageFormat<T>,
  { about, scope, signal }: ReadPageOptions,
): AsyncGenerator<readonly T[], PageEnd, undefined> {
  const left = new AbortController()
  const options = { about, scope, signal: signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]) }
  const handover = createHandover<readonly T[]>()
  const once = createGiveOnce(() => changed(site, url, format.what))
  const attempt = async (at: Site): Promise<PageEnd> => {
    const reading = startReading(at, url, format, once, handover.give)
    await exchange(at, { method: 'GET', url, headers: { accept: format.accept } }, reading.receiver, options)
    return reading.end()
  }
  const running = repeatAt(site, url, attempt, options)
  running.then(handover.end, handover.fail)
  try {
    for (let batch = await handover.take(); batch !== undefined; batch = await handover.take()) yield batch
  } finally {
    left.abort(new Error('the reader left'))
    handover.leave()
    await running.catch(() => undefined)
  }
  return running
}

function startReading<T>(
  site: Site,
  url: URL,
  format: PageFormat<T>,
  once: ReturnType<typeof createGiveOnce>,
  give: (batch: readonly T[]) => Promise<void>,
): { readonly receiver: Parameters<typeof exchange>[2]; readonly end: () => Promise<PageEnd> } {
  let head: Head | undefined
  let held: string[] = []
  let length = 0
  let size = 0
  const bytes = createHasher()
  once.again()
  const reader = createListReader({
    member: format.member,
    longestEntry: format.longestEntry,
    onList() {
      held = []
      length = 0
      once.again()
    },
    onEntry(text) {
      if (text === undefined) return head === undefined ? undefined : format.onTooLong?.(head)
      held.push(text)
      length += text.length
    },
  })
  const fresh = (): readonly T[] => {
    const texts = once.fresh(held)
    held = []
    length = 0
    return texts.length === 0 || head === undefined ? [] : format.decode(texts, head)
  }
  /** It does not even say that it is such a list. */
  const isOther = ({ headers }: Head): boolean =>
    format.optional === true && !once.began && parseContentType(headers.get('content-type')) !== format.accept
  const isPageElsewhere = (given: Head): boolean =>
    format.optional === true && given.elsewhere && isLabelledPage(given.headers)
  const explaining = <R>(work: (head: Head) => R): R => {
    if (head === undefined) throw noAnswer(site, url)
    try {
      return work(head)
    } catch (error) {
      const isJson = !(error instanceof SyntaxError)
      if (!isJson && isOther(head)) throw unknownList(site, head, format.what)
      throw explainedByCoding(isJson ? error : noJson(site, head, format.what, error), head)
    }
  }
  return {
    receiver: {
      expects: (given) => given.status === 200 || isPageElsewhere(given),
      head(given) {
        if (given.status !== 200) throw unknownList(site, given, format.what)
        head = given
      },
      data(chunk) {
        bytes.update(chunk)
        size += chunk.byteLength
        const batch = explaining(() => {
          reader.write(chunk)
          if (!once.began && length < heldBack) return []
          // No small request any more.
          site.wire.allowance?.lift()
          return fresh()
        })
        return batch.length === 0 ? undefined : give(batch)
      },
    },
    async end() {
      const answer = explaining((given) => {
        const frame = reader.end()
        if (frame === undefined && size === 0 && isOther(given)) throw unknownList(site, given, format.what)
        if (frame === undefined) throw cut(site, given, format.what)
        format.check(frame, given)
        const batch = fresh()
        once.ended()
        return { batch, head: given }
      })
      await give(answer.batch)
      return { head: answer.head, digest: bytes.digest() }
    },
  }
}

/** The registry answers, and has no such list. */
export function unknownList(site: Site, { url, status }: Head, what: string): RegistryError {
  return new RegistryError('UNSUPPORTED', `${url.host} has no list of ${what}`, {
    host: url.host,
    status,
    repository: site.name,
  })
}

function noJson(site: Site, { url, status }: Head, what: string, cause: Error): RegistryError {
  return new RegistryError('BAD_RESPONSE', `${url.host} did not list the ${what} as JSON`, {
    host: url.host,
    status,
    repository: site.name,
    cause,
    hint: 'check that this is the address of a registry, and that no proxy or login page answers in its place',
  })
}

const noAnswer = (site: Site, { host }: URL): RegistryError =>
  new RegistryError('BAD_RESPONSE', `${host} sent no answer`, { host, repository: site.name })

function cut(site: Site, { url, status }: Head, what: string): RegistryError {
  return new RegistryError('SHORT_BODY', `${url.host} sent an incomplete page of ${what}`, {
    host: url.host,
    status,
    repository: site.name,
    hint: 'try again',
  })
}

function changed(site: Site, { host }: URL, what: string): RegistryError {
  return new RegistryError(
    'LIST_CHANGED',
    `a page of ${what} broke off, and ${host} sent a different one when it was requested again`,
    {
      host,
      repository: site.name,
      hint: 'try again: the list so far is incomplete and may be outdated',
    },
  )
}
