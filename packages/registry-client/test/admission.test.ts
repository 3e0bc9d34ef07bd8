import { describe, expect, it } from 'vitest'
import type { Admit, Hosts } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve, type Handler, type ScriptedServer } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'
import { steppedClock } from './support/stepped-clock.ts'

const blob = Buffer.from('layer')
const descriptor = descriptorOf(blob)
const manifest = manifestOf()
const good: Handler = (request, response) =>
  request.url?.includes('/manifests/') === true
    ? bytes(response, 200, manifest.bytes, { 'content-type': manifestType })
    : bytes(response, 200, blob)

/** Admits as many as it has places, and remembers what happened: `+host` admitted, `-host` given back. */
function doorkeeper(
  places = Infinity,
  { lendable = false }: { readonly lendable?: boolean } = {},
): {
  readonly admit: Admit
  readonly log: string[]
  readonly held: number
  /** One more place, once. */
  open(): void
} {
  const log: string[] = []
  const queue: (() => void)[] = []
  let free = places
  let held = 0
  const letIn = (): void => {
    while (free > 0 && queue.length > 0) {
      free -= 1
      queue.shift()?.()
    }
  }
  return {
    log,
    get held() {
      return held
    },
    open() {
      free += 1
      letIn()
    },
    admit: (host, { signal, onWait }) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        signal?.addEventListener('abort', () => reject(signal.reason as Error))
        queue.push(() => {
          held += 1
          log.push(`+${host}`)
          const giveBack = (): void => {
            held -= 1
            free += 1
            log.push(`-${host}`)
            letIn()
          }
          const lent = {
            lendWhole: () => log.push(`lent ${host}`),
            takeBack: () => log.push(`back ${host}`),
          }
          resolve(lendable ? Object.assign(giveBack, lent) : giveBack)
        })
        if (free === 0) onWait?.()
        letIn()
      }),
  }
}

describe('a request for a blob', () => {
  it('has a place from its beginning to its last byte, and nothing else asks for one', async () => {
    const door = doorkeeper()
    let inBody: number | undefined
    const registry = await serve(async (request, response) => {
      if (request.url?.includes('/blobs/') !== true || request.method === 'HEAD') return good(request, response)
      response.writeHead(200, { 'content-length': String(blob.byteLength) })
      response.write(blob.subarray(0, 2))
      await new Promise(setImmediate)
      inBody = door.held
      response.end(blob.subarray(2))
    })
    const client = clientOf({ admit: door.admit })
    const { manifests, blobs } = client.repository(`${registry.host}/a`, { endpoint: endpointOf(registry) })
    await manifests.get('1')
    await blobs.head(descriptor.digest)
    expect(door.log).toEqual([])
    const ways: (() => Promise<unknown>)[] = [
      () => blobs.fetch(descriptor, sinkOf()),
      () => blobs.read(descriptor),
      async () => {
        for await (const _ of blobs.open(descriptor));
      },
      () => blobs.fetchForeign(`${registry.origin}/blobs/1`, descriptor, sinkOf()),
    ]
    for (const way of ways) {
      inBody = undefined
      await way()
      expect(inBody).toBe(1)
      expect(door.log.splice(0)).toEqual([`+${registry.host}`, `-${registry.host}`])
    }
  })

  it('gives its place back when it fails, and when it is given up', async () => {
    const door = doorkeeper()
    const stop = new AbortController()
    const registry = await serve((request, response) => {
      if (request.url?.endsWith(descriptor.digest) === true) return json(response, 500, {})
      response.writeHead(200, { 'content-length': '100' })
      response.write('a', () => stop.abort('enough'))
    })
    const { blobs } = clientOf({ admit: door.admit }).repository(`${registry.host}/a`, {
      endpoint: endpointOf(registry),
    })
    await failureOf(blobs.fetch(descriptor, sinkOf()))
    const other = { ...descriptorOf(Buffer.alloc(100)), size: 100 }
    await expect(blobs.fetch(other, sinkOf(), { signal: stop.signal })).rejects.toBe('enough')
    expect(door.log).toEqual(Array.from({ length: 2 }, () => [`+${registry.host}`, `-${registry.host}`]).flat())
  })

  it('asks for a place at the endpoint that is asked, one after the other', async () => {
    const door = doorkeeper()
    const mirror = await serve((_, response) => json(response, 404, {}))
    const registry = await serve(good)
    const hosts: Hosts = {
      consult: () => ({ endpoints: [{ ...endpointOf(mirror), mirror: true }, endpointOf(registry)], passedOver: [] }),
      insecure: () => undefined,
      tls: () => undefined,
    }
    const { blobs } = clientOf({ admit: door.admit, hosts }).repository(`${registry.host}/a`)
    await blobs.fetch(descriptor, sinkOf())
    expect(door.log).toEqual([mirror, mirror, registry, registry].map(({ host }, at) => `${at % 2 ? '-' : '+'}${host}`))
  })

  it('keeps its place when it is redirected to another host', async () => {
    const door = doorkeeper()
    const store = await serve((request, response) => {
      expect(door.held).toBe(1)
      return good(request, response)
    })
    const registry = await serve((_, response) => bytes(response, 307, '', { location: `${store.origin}/blob` }))
    await clientOf({ admit: door.admit })
      .repository(`${registry.host}/a`, { endpoint: endpointOf(registry) })
      .blobs.fetch(descriptor, sinkOf())
    expect(door.log).toEqual([`+${registry.host}`, `-${registry.host}`])
  })

  it('holds no place while a token is fetched', async () => {
    const door = doorkeeper()
    const held: number[] = []
    const registry = await serve((request, response) => {
      held.push(door.held)
      if (request.url?.startsWith('/token') === true) {
        return json(response, 200, { token: 't' })
      }
      return request.headers.authorization === 'Bearer t'
        ? good(request, response)
        : json(response, 401, {}, { 'www-authenticate': `Bearer realm="${registry.origin}/token"` })
    })
    await clientOf({ admit: door.admit })
      .repository(`${registry.host}/a`, { endpoint: endpointOf(registry) })
      .blobs.fetch(descriptor, sinkOf())
    expect(held).toEqual([1, 0, 1])
    expect(door.log).toHaveLength(4)
  })

  it('asks for no place while its host rests', async () => {
    const door = doorkeeper()
    const clock = steppedClock()
    let answered = 0
    const registry = await serve((request, response) =>
      ++answered === 1 ? bytes(response, 429, '', { 'retry-after': '30' }) : good(request, response),
    )
    const { blobs } = clientOf({ admit: door.admit, clock }).repository(`${registry.host}/a`, {
      endpoint: endpointOf(registry),
    })
    await failureOf(blobs.fetch(descriptor, sinkOf()))
    expect(door.log.splice(0)).toHaveLength(2)
    const resting = blobs.fetch(descriptor, sinkOf())
    await clock.pass(29_999)
    expect(door.log).toEqual([])
    await clock.pass(1)
    await resting
    expect(door.log).toHaveLength(2)
    expect(registry.requests).toHaveLength(2)
  })

  it('gives its place back while the host rests to which it is redirected', async () => {
    const door = doorkeeper()
    const clock = steppedClock()
    let answered = 0
    const store = await serve((request, response) =>
      ++answered === 1 ? bytes(response, 429, '', { 'retry-after': '30' }) : good(request, response),
    )
    const registry = await serve((_, response) => bytes(response, 307, '', { location: `${store.origin}/blob` }))
    const { blobs } = clientOf({ admit: door.admit, clock }).repository(`${registry.host}/a`, {
      endpoint: endpointOf(registry),
    })
    await failureOf(blobs.fetch(descriptor, sinkOf()))
    const { promise: back, resolve } = Promise.withResolvers<void>()
    const { length } = door.log
    const resting = blobs.fetch(descriptor, sinkOf())
    const watch = setInterval(() => door.log.length === length + 2 && resolve())
    await back
    clearInterval(watch)
    expect(door.held).toBe(0)
    await clock.pass(30_000)
    await resting
    expect(door.log).toEqual(Array.from({ length: 6 }, (_, at) => `${at % 2 ? '-' : '+'}${registry.host}`))
    expect(store.requests).toHaveLength(2)
  })

  it('keeps the place of its host and lends the rest of it while the host rests, so that nobody else comes to see that', async () => {
    const door = doorkeeper(1, { lendable: true })
    const clock = steppedClock()
    let answered = 0
    const registry = await serve((request, response) =>
      ++answered === 1 ? bytes(response, 429, '', { 'retry-after': '30' }) : good(request, response),
    )
    const { blobs } = clientOf({ admit: door.admit, clock }).repository(`${registry.host}/a`, {
      endpoint: endpointOf(registry),
    })
    const all = Array.from({ length: 20 }, () => blobs.fetch(descriptor, sinkOf()))
    await failureOf(all.shift() as Promise<unknown>)
    await clock.pass(29_999)
    const { host } = registry
    expect(door.log.splice(0)).toEqual([`+${host}`, `-${host}`, `+${host}`, `lent ${host}`])
    await clock.pass(1)
    await Promise.all(all)
    expect(door.log.slice(0, 2)).toEqual([`back ${host}`, `-${host}`])
    expect(door.log.filter((line) => line.startsWith('+'))).toHaveLength(18)
    expect(registry.requests).toHaveLength(20)
  })

  it('keeps no small request out while it waits for a place', async () => {
    const door = doorkeeper(0)
    const registry = await serve(good)
    const { manifests, blobs } = clientOf({ admit: door.admit, connections: 2 }).repository(`${registry.host}/a`, {
      endpoint: endpointOf(registry),
    })
    const waiting = Array.from({ length: 60 }, () => blobs.fetch(descriptor, sinkOf()))
    await manifests.get('1')
    expect(registry.requests.map(({ line }) => line)).toEqual(['GET /v2/a/manifests/1'])
    door.open()
    await Promise.all(waiting)
    expect(registry.requests).toHaveLength(61)
  })

  it('says that it waits for a place, and nothing when there is one', async () => {
    const door = doorkeeper(0)
    const registry = await serve(good)
    const { blobs } = clientOf({ admit: door.admit }).repository(`${registry.host}/a`, {
      endpoint: endpointOf(registry),
    })
    const said: string[] = []
    const fetch = async (name: string): Promise<void> =>
      blobs.fetch(descriptor, sinkOf(), { onWait: () => said.push(name) })
    const first = fetch('first')
    await new Promise(setImmediate)
    expect(said).toEqual(['first'])
    door.open()
    await first
    await fetch('second')
    expect(said).toEqual(['first'])
  })

  it('waits no longer than its caller, nor than the client is open', async () => {
    const registry = await serve(good)
    const client = clientOf({ admit: doorkeeper(0).admit })
    const { blobs } = client.repository(`${registry.host}/a`, { endpoint: endpointOf(registry) })
    const stop = new AbortController()
    const left = blobs.fetch(descriptor, sinkOf(), { signal: stop.signal })
    const kept = failureOf(blobs.fetch(descriptor, sinkOf()))
    await new Promise(setImmediate)
    stop.abort('enough')
    await expect(left).rejects.toBe('enough')
    await client.close()
    expect(await kept).toMatchObject({ code: 'CLIENT_CLOSED' })
    expect(registry.requests).toEqual([])
  })
})

const endpointOf = ({ host, origin }: ScriptedServer) =>
  ({ url: origin, host, scheme: 'http', mirror: false, insecure: false }) as const

describe('a place whose blob is waited for by whoever takes it', () => {
  /** What is done with the place, as it happens. */
  function watched(): {
    readonly admit: Admit
    readonly log: string[]
    /** Since the last one was admitted: the first one tries TLS. */
    readonly last: () => string[]
    readonly sizes: (number | undefined)[]
  } {
    const log: string[] = []
    const sizes: (number | undefined)[] = []
    return {
      log,
      last: () => log.slice(log.lastIndexOf('admitted')),
      sizes,
      admit(_host, { size }) {
        sizes.push(size)
        log.push('admitted')
        const place = { lend: () => log.push('lent'), takeBack: () => log.push('taken back') }
        return Promise.resolve(Object.assign(() => log.push('given back'), place))
      },
    }
  }

  it('is lent after a second, and taken back when the blob goes on', async () => {
    const clock = steppedClock()
    const { admit, last } = watched()
    const registry = await serve(good)
    const { blobs } = clientOf({ clock, admit }).repository(`${registry.host}/a`)
    const slow = Promise.withResolvers<void>()
    const waiting = Promise.withResolvers<void>()
    const fetched = blobs.fetch(descriptor, {
      ...sinkOf(),
      write() {
        waiting.resolve()
        return slow.promise
      },
    })
    await waiting.promise
    await clock.pass(900)
    expect(last()).toEqual(['admitted'])
    await clock.pass(200)
    expect(last()).toEqual(['admitted', 'lent'])
    slow.resolve()
    await fetched
    expect(last()).toEqual(['admitted', 'lent', 'taken back', 'given back'])
    expect(clock.sleeping).toBe(0)
  })

  it('is kept while that is short, and says how much is missing', async () => {
    const clock = steppedClock()
    const { admit, log, sizes } = watched()
    const registry = await serve(good)
    const { blobs } = clientOf({ clock, admit }).repository(`${registry.host}/a`)
    await blobs.fetch(descriptor, { ...sinkOf(), write: () => Promise.resolve() })
    for await (const chunk of blobs.open(descriptor)) expect(Buffer.from(chunk)).toEqual(blob)
    await blobs.read(descriptor)
    // A small blob is waited for by others, and goes first.
    expect(sizes.slice(1)).toEqual([blob.byteLength, blob.byteLength, undefined])
    expect(new Set(log)).toEqual(new Set(['admitted', 'given back']))
  })
})
