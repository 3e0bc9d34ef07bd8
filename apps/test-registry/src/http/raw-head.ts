import { STATUS_CODES } from 'node:http'
import type { Reply } from './message.ts'

/** A head as bytes, for what Node would not send: one byte at a time. The connection is closed after it. */
export function rawHead({ status, headers, body }: Reply): Uint8Array {
  const { 'transfer-encoding': _, ...rest } = headers
  const length =
    Number.isFinite(body.size) && rest['content-length'] === undefined && status !== 204 && status !== 304
      ? { 'content-length': String(body.size) }
      : {}
  const lines = Object.entries({ date: new Date().toUTCString(), ...rest, ...length, connection: 'close' }).flatMap(
    ([name, value]) => [value].flat().map((one) => `${name}: ${one}`),
  )
  return Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

/** A whole interim answer (RFC 9110 15.2). Node sends the two or three that it knows, and only once. */
export const interimHead = (status: number): Uint8Array =>
  Buffer.from(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${status === 103 ? 'link: </v2/>; rel=preload\r\n' : ''}\r\n`,
    'latin1',
  )
