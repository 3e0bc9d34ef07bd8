import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { makeCertificate } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createUndiciTransport } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf } from './support/image.ts'

// A thread of its own, so that it answers and resets while the client's thread stands still.
const server = `
  const { workerData, parentPort } = require('node:worker_threads')
  const { createServer } = require('node:net')
  const { TLSSocket } = require('node:tls')
  const { answer, tls, flag } = workerData
  const told = new Int32Array(flag)
  const opened = 'HTTP/1.1 202 Accepted\\r\\nlocation: /v2/t/app/blobs/uploads/1\\r\\ncontent-length: 0\\r\\n\\r\\n'
  const listening = createServer((raw) => {
    const socket = tls === undefined ? raw : new TLSSocket(raw, { isServer: true, ...tls })
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      if (data.toString('latin1').startsWith('POST')) return void socket.write(opened)
      socket.removeAllListeners('data')
      socket.pause()
      socket.write(answer, () => setImmediate(() => {
        raw.on('close', () => {
          Atomics.store(told, 0, 1)
          Atomics.notify(told, 0)
        })
        raw.resetAndDestroy()
      }))
    })
  })
  listening.listen(0, '127.0.0.1', () => parentPort.postMessage(listening.address().port))
`

const own = makeCertificate()

interface Early {
  readonly host: string
  readonly secure: boolean
  /** Stands still until the server has answered and reset the connection. */
  readonly untilReset: () => void
}

async function earlyServer(answer: string, secure = false): Promise<Early> {
  const flag = new SharedArrayBuffer(4)
  const worker = new Worker(server, {
    eval: true,
    execArgv: [],
    workerData: { answer, flag, tls: secure ? { cert: own.cert, key: own.key } : undefined },
  })
  onTestFinished(async () => void (await worker.terminate()))
  const [port] = (await once(worker, 'message')) as [number]
  return {
    host: `127.0.0.1:${port}`,
    secure,
    untilReset: () => void Atomics.wait(new Int32Array(flag), 0, 0, 20_000),
  }
}

const refusal = (status: string, body = '{}'): string =>
  `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`

/** Its first piece draws the answer; the rest is written to a connection that is gone. */
const slowly = ({ untilReset, secure }: Early): AsyncIterable<Uint8Array> =>
  (async function* () {
    yield new Uint8Array(1000)
    // What is encrypted is on its way a turn later.
    if (secure) await new Promise((resolve) => setImmediate(resolve))
    untilReset()
    for (let count = 0; count < 9; count++) yield new Uint8Array(1000)
  })()

describe('an answer that comes before the body was sent, on a connection that is reset then', () => {
  it.each([
    ['plainly', false],
    ['over TLS', true],
  ])('is the answer (%s)', async (_how, secure) => {
    const early = await earlyServer(refusal('413 Content Too Large', '{"errors":[]}'), secure)
    const { transport, close } = createUndiciTransport()
    onTestFinished(close)
    let status: number | undefined
    let body = ''
    await transport(
      {
        method: 'PUT',
        url: new URL(`${secure ? 'https' : 'http'}://${early.host}/`),
        headers: { 'content-length': '10000' },
        body: slowly(early),
        insecure: true,
      },
      { head: (given) => void (status = given), data: (chunk) => void (body += Buffer.from(chunk).toString()) },
    )
    expect({ status, body }).toEqual({ status: 413, body: '{"errors":[]}' })
  })

  it('without a length ends with the connection', async () => {
    const early = await earlyServer('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\nno')
    const { transport, close } = createUndiciTransport()
    onTestFinished(close)
    let status: number | undefined
    await transport(
      {
        method: 'PUT',
        url: new URL(`http://${early.host}/`),
        headers: { 'content-length': '10000' },
        body: slowly(early),
      },
      { head: (given) => void (status = given), data: () => undefined },
    ).catch(() => undefined)
    expect(status).toBe(401)
  })

  it('is a lost connection where there is no whole head', async () => {
    const early = await earlyServer('HTTP/1.1 413 Content')
    const { transport, close } = createUndiciTransport()
    onTestFinished(close)
    expect(
      await failureOf(
        transport(
          {
            method: 'PUT',
            url: new URL(`http://${early.host}/`),
            headers: { 'content-length': '10000' },
            body: slowly(early),
          },
          { head: () => undefined, data: () => undefined },
        ),
      ),
    ).toMatchObject({ code: 'CONNECTION_LOST', temporary: true })
  })

  it.each([
    ['TOO_LARGE', '413 Content Too Large'],
    ['UNAUTHORIZED', '401 Unauthorized'],
    ['DENIED', '403 Forbidden'],
  ])('ends an upload as %s, once', async (code, status) => {
    const early = await earlyServer(refusal(status))
    let reads = 0
    const source = (): AsyncIterable<Uint8Array> => {
      reads++
      return slowly(early)
    }
    const failure = await failureOf(
      clientOf({ transport: createUndiciTransport().transport })
        .repository(`${early.host}/t/app`)
        .blobs.upload(descriptorOf(Buffer.alloc(10_000)), source),
    )
    expect(failure).toMatchObject({ code, facts: { status: Number(status.slice(0, 3)) } })
    expect(reads).toBe(1)
  })
})
