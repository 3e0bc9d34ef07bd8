import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ending } from '../faults/effect.ts'
import type { OpenEntry } from '../journal.ts'
import type { Reply } from './message.ts'
import { keepPace, pacedSize } from './pace.ts'

// A reset throws away what the kernel has not delivered yet. This long a client may take to read what was sent before it.
const settleMs = 25

export interface Manner {
  readonly delayMs: number
  /** `undefined`: as fast as it goes. */
  readonly bytesPerSecond: number | undefined
  readonly ending: Ending | undefined
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal
}

/** Puts an answer on the wire, with everything that can go wrong there. */
export async function send(response: ServerResponse, method: string, given: Reply, manner: Manner, entry: OpenEntry): Promise<void> {
  const { signal, ending } = manner
  if (manner.delayMs > 0) await sleep(manner.delayMs, undefined, { signal })
  // A request that came before the one in front of it was answered has no socket to answer on yet.
  const socket = response.socket ?? ((await once(response, 'socket', { signal })) as [Socket])[0]
  if (ending !== undefined && ending.afterBytes === undefined) return await finishEarly(socket, ending, signal)
  const lies = writeHead(response, given)
  entry.status = given.status
  entry.responseHeaders = sentHeaders(response)
  if (ending !== undefined) response.flushHeaders()
  const bodyless = method === 'HEAD' || given.status === 204 || given.status === 304
  const end = bodyless ? 0 : Math.min(given.body.size, ending?.afterBytes ?? given.body.size)
  const count = (bytes: number): void => void (entry.bytesSent += bytes)
  await writeBody(response, socket, given, end, manner, count)
  if (ending !== undefined) {
    await flushed(response)
    if (ending.how === 'reset' && end > 0) await sleep(settleMs, undefined, { signal })
    return await finishEarly(socket, ending, signal)
  }
  await new Promise<void>((resolve) => {
    response.once('close', resolve)
    response.end(resolve)
  })
  // The client cannot know where a lying body ends, so this connection carries nothing after it.
  if (lies) socket.end()
}

/** True when the declared length is not the body's. */
function writeHead(response: ServerResponse, { status, headers, body }: Reply): boolean {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, typeof value === 'string' ? value : [...value])
  const declared = headers['content-length']
  if (declared === undefined && headers['transfer-encoding'] === undefined && status !== 204 && status !== 304) response.setHeader('content-length', body.size)
  response.writeHead(status)
  return declared !== undefined && Number(declared) !== body.size
}

async function writeBody(response: ServerResponse, socket: Socket, { body }: Reply, end: number, { bytesPerSecond, signal }: Manner, count: (bytes: number) => void): Promise<void> {
  if (end === 0) return
  for await (const chunk of body.read(0, end)) {
    const step = bytesPerSecond === undefined ? chunk.length : pacedSize(bytesPerSecond)
    for (let at = 0; at < chunk.length; at += step) {
      const part = chunk.subarray(at, at + step)
      if (bytesPerSecond !== undefined) await keepPace(socket, part.length, bytesPerSecond, signal)
      signal.throwIfAborted()
      const written = write(response, part, signal)
      count(part.length)
      await written
    }
  }
}

/** Resolves when the bytes are with the operating system: from then on their buffer may be used again. */
const write = (response: ServerResponse, part: Uint8Array, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const left = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', left, { once: true })
    response.write(part, (error) => {
      signal.removeEventListener('abort', left)
      if (error) reject(error)
      else resolve()
    })
  })

const sentHeaders = (response: ServerResponse): Record<string, string> => Object.fromEntries(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]))

const flushed = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    response.once('close', resolve)
    response.write('', () => resolve())
  })

async function finishEarly(socket: Socket, { how }: Ending, signal: AbortSignal): Promise<void> {
  if (how === 'reset') return reset(socket)
  if (how === 'close') return void socket.end()
  if (!signal.aborted) await once(signal, 'abort')
}

/** A TLS socket cannot send RST by itself; the TCP socket under it can, and Node has no public name for that one. */
function reset(socket: Socket): void {
  const inner: unknown = Reflect.get(socket, '_parent')
  if (inner instanceof Socket) inner.resetAndDestroy()
  else socket.resetAndDestroy()
}
