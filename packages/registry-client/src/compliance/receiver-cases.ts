import assert from 'node:assert/strict'
import { get, ignore, rejection, withServer, type Case } from './case.ts'

const chunk = Buffer.alloc(64 * 1024, 7)
const later = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })

/** The `times` handler of a server that sends without end, as fast as it is taken. */
function endless(
  _request: unknown,
  response: { write(bytes: Uint8Array): boolean; once(event: 'drain', listener: () => void): unknown },
): void {
  const more = (): void => {
    while (response.write(chunk));
    response.once('drain', more)
  }
  more()
}

export const receiverCases: readonly Case[] = [
  {
    name: 'waits for the promise of one call before the next, and before it ends',
    run: (transport) =>
      withServer(
        (_request, response) => {
          for (let count = 0; count < 20; count++) response.write(chunk)
          response.end()
        },
        async (url) => {
          let running = 0
          let received = 0
          const once = async (bytes: number): Promise<void> => {
            running++
            assert.equal(running, 1)
            await later()
            await later()
            received += bytes
            running--
          }
          await transport(get(url), { head: () => once(0), data: (bytes) => once(bytes.byteLength) })
          assert.deepEqual([running, received], [0, 20 * chunk.byteLength])
        },
      ),
  },
  {
    name: 'gives chunks away: they do not change afterwards',
    run: (transport) =>
      withServer(
        (_request, response) => {
          for (let count = 0; count < 50; count++) response.write(Buffer.alloc(20_000, count))
          response.end()
        },
        async (url) => {
          const chunks: Uint8Array[] = []
          await transport(get(url), { ...ignore, data: (bytes) => void chunks.push(bytes) })
          assert.ok(
            Buffer.concat(chunks).equals(
              Buffer.concat(Array.from({ length: 50 }, (_, count) => Buffer.alloc(20_000, count))),
            ),
          )
        },
      ),
  },
  {
    name: 'gives chunks away: they may be changed, kept and given back as the receiver likes',
    run: (transport) =>
      withServer(
        (_request, response) => {
          for (let count = 0; count < 50; count++) response.write(Buffer.alloc(20_000, count))
          response.end()
        },
        async (url) => {
          const copies: Uint8Array[] = []
          const late: (() => void)[] = []
          await transport(get(url), {
            ...ignore,
            data(bytes, giveBack) {
              copies.push(new Uint8Array(bytes))
              bytes.fill(0xff)
              if (giveBack === undefined) return undefined
              if (copies.length % 3 === 0) giveBack()
              else if (copies.length % 3 === 1) late.push(giveBack)
              for (const each of late.splice(0, Math.max(0, late.length - 2))) each()
              return copies.length % 2 === 0 ? later() : undefined
            },
          })
          for (const each of late) each()
          assert.ok(
            Buffer.concat(copies).equals(
              Buffer.concat(Array.from({ length: 50 }, (_, count) => Buffer.alloc(20_000, count))),
            ),
          )
        },
      ),
  },
  ...(['head', 'data'] as const).flatMap((which) =>
    (['throws', 'rejects'] as const).map((how): Case => ({
      name: `rejects with what ${which} ${how}, unchanged, and hears no more`,
      run: (transport) =>
        withServer(endless, async (url) => {
          const reason = new Error('enough')
          let calls = 0
          const stop = (): Promise<void> => {
            calls++
            if (how === 'throws') throw reason
            return Promise.reject(reason)
          }
          assert.equal(await rejection(transport(get(url), { ...ignore, [which]: stop })), reason)
          await later()
          assert.equal(calls, 1)
        }),
    })),
  ),
  {
    name: 'looks at no chunk of a body that it has told to be sent',
    async run(transport) {
      const sizes = Array.from({ length: 24 }, (_, count) => [300_000, 1000, 65_536, 70_000][count % 4] as number)
      const arrived: Uint8Array[] = []
      async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
        for (const [count, size] of sizes.entries()) yield new Uint8Array(size).fill(count + 1)
      }
      await withServer(
        (request, response) => {
          request.on('data', (bytes: Uint8Array) => {
            arrived.push(new Uint8Array(bytes))
            // A reader that is slow makes the sender wait with what it has.
            request.pause()
            setImmediate(() => void request.resume())
          })
          request.on('end', () => void response.end())
        },
        async (url) => {
          const length = sizes.reduce((sum, size) => sum + size, 0)
          await transport(
            {
              method: 'POST',
              url,
              headers: { 'content-length': String(length) },
              body: body(),
              onSent: (bytes) => void bytes.fill(0xff),
            },
            ignore,
          )
          assert.ok(
            Buffer.concat(arrived).equals(Buffer.concat(sizes.map((size, count) => Buffer.alloc(size, count + 1)))),
          )
        },
      )
    },
  },
  {
    name: 'asks nothing when the signal has gone off before',
    async run(transport) {
      let asked = 0
      await withServer(
        (_request, response) => {
          asked++
          response.end()
        },
        async (url) => {
          const reason = { not: 'an error' }
          assert.equal(await rejection(transport(get(url), ignore, { signal: AbortSignal.abort(reason) })), reason)
        },
      )
      assert.equal(asked, 0)
    },
  },
  {
    name: "rejects with the signal's reason while it waits for an answer, and leaves",
    async run(transport) {
      const giveUp = new AbortController()
      const reason = { not: 'an error' }
      const left = Promise.withResolvers<void>()
      await withServer(
        (request) => {
          request.socket.once('close', () => left.resolve())
          giveUp.abort(reason)
        },
        async (url) => {
          assert.equal(await rejection(transport(get(url), ignore, { signal: giveUp.signal })), reason)
          await left.promise
        },
      )
    },
  },
  {
    name: "rejects with the signal's reason in the middle of a body, after the last call has settled, and leaves",
    async run(transport) {
      const giveUp = new AbortController()
      const reason = { not: 'an error' }
      const left = Promise.withResolvers<void>()
      await withServer(
        (request, response) => {
          request.socket.once('close', () => left.resolve())
          endless(request, response)
        },
        async (url) => {
          let settled = true
          const data = async (): Promise<void> => {
            settled = false
            giveUp.abort(reason)
            await later()
            await later()
            settled = true
          }
          assert.equal(await rejection(transport(get(url), { ...ignore, data }, { signal: giveUp.signal })), reason)
          assert.equal(settled, true)
          await left.promise
        },
      )
    },
  },
]
