import { longestHead, mostLines, tooMuch, type HeadBudget } from '../answer-heads.ts'
import { readLength, type BodyEvent, type BodyReader } from './body-reader.ts'
import { framingOf, keptFor, type Framing } from './framing.ts'
import { createLines } from './lines.ts'
import { malformed } from './malformed.ts'
import { addField, beginsLikeAnswer, parseStatusLine, type AnswerHead } from './parse-head.ts'
import { readChunks } from './read-chunks.ts'

/** `interim`: the head of an answer that is not the final one. */
type AnswerEvent = 'interim' | 'head' | BodyEvent

/**
 * Reads one answer of HTTP/1.1 out of the bytes of a connection, strictly (RFC 9112). It copies nothing of the body and
 * calls nobody: who reads asks for what comes next, and may stop in the middle of the bytes.
 */
export interface AnswerReader {
  /** After `interim` and `head`: the one that was meant. */
  readonly head: AnswerHead | undefined
  /** After `data`: where that part begins in the bytes; it ends at `at`. */
  readonly start: number
  /** Behind what was read last. */
  readonly at: number
  /** Something of the answer has come. */
  readonly begun: boolean
  /**
   * @param from the same bytes again: `at`; the next ones: 0
   * @throws Error that is `malformed`, or says that the head is too long
   */
  next(bytes: Buffer, from: number): AnswerEvent
  /** No more bytes come: was that the end of the answer? */
  readonly wholeAtClose: boolean
  /** After `end`: for how many milliseconds the connection may be used again, or 0. */
  keptFor(most: number): number
  /** Makes room for other heads. */
  release(): void
}

export function createAnswerReader(method: string, budget: HeadBudget): AnswerReader {
  let at = 0
  let held = 0
  let line = 0
  let lines = createLines(longestHead, () => tooMuch('the answer has'))
  let first: Pick<AnswerHead, 'status' | 'minor'> | undefined
  let fields = new Map<string, string>()
  let head: AnswerHead | undefined
  let framing: Framing = 0
  let body: BodyReader | undefined

  const hold = (bytes: number): void => {
    held += bytes
    if (!budget.take(bytes)) throw tooMuch('the answers of all connections have')
  }
  const endHead = (): AnswerEvent => {
    head = { ...(first as Pick<AnswerHead, 'status' | 'minor'>), fields }
    framing = framingOf(head, method)
    if (head.status < 200) {
      first = undefined
      fields = new Map()
      line = 0
      lines = createLines(longestHead, () => tooMuch('the answer has'))
      return 'interim'
    }
    if (framing === 'chunked') body = readChunks(longestHead)
    else body = readLength(framing === 'until close' ? Number.POSITIVE_INFINITY : framing)
    return 'head'
  }
  const readHead = (bytes: Buffer, from: number): AnswerEvent => {
    at = from
    while (at < bytes.byteLength) {
      const text = lines.next(bytes, at)
      hold(lines.at - at)
      at = lines.at
      if (text === undefined) {
        if (first === undefined && !beginsLikeAnswer(lines.begun))
          throw malformed('the data is not an HTTP answer', lines.begun.slice(0, 16))
        return 'more'
      }
      if (++line > mostLines) throw tooMuch('the answer has')
      if (first === undefined) first = parseStatusLine(text)
      else if (text === '') return endHead()
      else addField(fields, text)
    }
    return 'more'
  }

  return {
    get head() {
      return head
    },
    get start() {
      return body?.start ?? at
    },
    get at() {
      return at
    },
    get begun() {
      return held > 0
    },
    next(bytes, from) {
      if (body === undefined) return readHead(bytes, from)
      const event = body.next(bytes, from)
      at = body.at
      return event
    },
    get wholeAtClose() {
      return body?.wholeAtClose === true
    },
    keptFor: (most) => (head === undefined ? 0 : keptFor(head, framing, most)),
    release() {
      budget.giveBack(held)
      held = 0
    },
  }
}
