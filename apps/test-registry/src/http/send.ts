import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ending } from './ending.ts'
import { memoryContent } from '../state/content.ts'
import { breakOff, endEarly } from './end-early.ts'
import { sentSize, type Reply } from './message.ts'
import type { Lane } from './pace.ts'
import { interimHead, rawHead } from './raw-head.ts'
import { write, writeContent, type WriteOptions } from './write.ts'

export interface Manner {
  /** Statuses of answers that come before the right one. */
  readonly interim: readonly number[]
  readonly delayMs: number
  /** None: as fast as it goes. */
  readonly lanes: readonly Lane[]
  readonly headBytesPerSecond: number | undefined
  readonly ending: Ending | undefined
  /** Bytes in place of the answer. */
  readonly raw: string | undefined
  /** The connection carries nothing after the answer, and does not say so. */
  readonly closing: boolean
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal
}

/** What was sent so far, for whoever keeps the journal. */
interface SentAnswer {
  status: number | undefined
  responseHeaders: Readonly<Record<string, string>>
  bytesSent: number
}

/** Puts an answer on the wire, with everything that can go wrong there. */
export async function send(
  response: ServerResponse,
  method: string,
  given: Reply,
  manner: Manner,
  entry: SentAnswer,
): Promise<void> {
  const { signal, ending, lanes } = manner
  if (manner.delayMs > 0) await sleep(manner.delayMs, undefined, { signal })
  const socket = await socketOf(response, signal)
  if (ending !== undefined && ending.afterBytes === undefined) return await breakOff(socket, ending.how, signal)
  if (manner.raw !== undefined) return await sendRaw(socket, manner.raw, signal, entry)
  for (const status of manner.interim) await write(socket, interimHead(status), signal)
  const options: WriteOptions = { lanes, signal, count: (bytes) => void (entry.bytesSent += bytes) }
  const size = sentSize(method, given)
  if (manner.headBytesPerSecond !== undefined)
    return await sendSlowly(socket, given, size, manner.headBytesPerSecond, options, entry)
  const lies = writeHead(response, given)
  entry.status = given.status
  entry.responseHeaders = sentHeaders(response)
  if (ending !== undefined) {
    response.flushHeaders()
    const until = ending.afterBytes === 'half' ? Math.floor(given.body.size / 2) : (ending.afterBytes ?? 0)
    return await endEarly(response, socket, given.body, Math.min(size, until), ending.how, options)
  }
  await writeContent(response, given.body, 0, size, options)
  await new Promise<void>((resolve) => {
    response.once('close', resolve)
    response.end(resolve)
  })
  // The client cannot know where a lying body ends, so this connection carries nothing after it.
  if (lies || manner.closing) socket.end()
}

/** A request that came before the one in front of it was answered has no socket to answer on yet. */
export const socketOf = async (response: ServerResponse, signal: AbortSignal): Promise<Socket> =>
  response.socket ?? ((await once(response, 'socket', { signal })) as [Socket])[0]

/** True when the declared length is not the body's. */
function writeHead(response: ServerResponse, { status, headers, body }: Reply): boolean {
  for (const [name, value] of Object.entries(headers))
    response.setHeader(name, typeof value === 'string' ? value : [...value])
  const declared = headers['content-length']
  if (declared === undefined && headers['transfer-encoding'] === undefined && status !== 204 && status !== 304)
    response.setHeader('content-length', body.size)
  response.writeHead(status)
  return declared !== undefined && Number(declared) !== body.size
}

async function sendRaw(socket: Socket, raw: string, signal: AbortSignal, entry: SentAnswer): Promise<void> {
  const bytes = Buffer.from(raw, 'latin1')
  const [head = '', body = ''] = raw.split('\r\n\r\n', 2)
  entry.status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]) || undefined
  entry.bytesSent += body.length
  await write(socket, bytes, signal)
  socket.end()
}

async function sendSlowly(
  socket: Socket,
  given: Reply,
  end: number,
  bytesPerSecond: number,
  options: WriteOptions,
  entry: SentAnswer,
): Promise<void> {
  const head = rawHead(given)
  await writeContent(socket, memoryContent(head), 0, head.length, {
    ...options,
    lanes: [{ key: {}, bytesPerSecond }],
    count: () => {},
  })
  entry.status = given.status
  await writeContent(socket, given.body, 0, end, options)
  socket.end()
}

const sentHeaders = (response: ServerResponse): Record<string, string> =>
  Object.fromEntries(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]))
