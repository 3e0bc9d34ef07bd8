import { malformed } from './malformed.ts'
import type { AnswerHead } from './parse-head.ts'

/** How long a body is: so many bytes, as its chunks say, or up to the end of the connection. */
export type Framing = number | 'chunked' | 'until close'

/**
 * What frames the body (RFC 9112 6.3). An answer that says it in two ways is refused, for others on the way may have read
 * it otherwise; so is a transfer coding that nobody asked for.
 *
 * @throws Error that is `malformed`
 */
export function framingOf({ status, fields }: AnswerHead, method: string): Framing {
  const length = fields.get('content-length')
  const coding = fields.get('transfer-encoding')
  if (length !== undefined && coding !== undefined)
    throw malformed('the answer has both a Content-Length and a Transfer-Encoding')
  if (length !== undefined && !(/^[0-9]{1,20}$/.test(length) && Number.isSafeInteger(Number(length))))
    throw malformed('the Content-Length is invalid, or there are several')
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    throw malformed('the Transfer-Encoding is not chunked')
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return 0
  if (coding !== undefined) return 'chunked'
  return length === undefined ? 'until close' : Number(length)
}

/** Milliseconds before the end that the server announces: what we ask for then may meet it. */
const margin = 2000

/**
 * For how many milliseconds another request may be made on the connection (RFC 9112 9.3); 0: never.
 *
 * @param most where the server says nothing
 */
export function keptFor({ minor, fields }: AnswerHead, framing: Framing, most: number): number {
  const options = (fields.get('connection') ?? '').split(',').map((option) => option.trim().toLowerCase())
  const ends = options.includes('close') || (minor === 0 && !options.includes('keep-alive'))
  // Whoever speaks HTTP/1.0 knows nothing of chunks (RFC 9112 6.1).
  if (ends || framing === 'until close' || (minor === 0 && framing === 'chunked')) return 0
  const [, said] = /(?:^|[,\t ])timeout=([0-9]{1,9})(?:$|[,\t ])/i.exec(fields.get('keep-alive') ?? '') ?? []
  return said === undefined ? most : Math.max(0, Math.min(most, Number(said) * 1000 - margin))
}
