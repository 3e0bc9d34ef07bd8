import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { Descriptor } from '@lading/manifest'
import type { Repository } from '../../src/index.ts'
import { clientOf } from '../support/client.ts'
import { manifestType } from '../support/image.ts'
import { bytes, serve, sha256, type Handler } from '../support/scripted-server.ts'

const indexType = 'application/vnd.oci.image.index.v1+json'
/** More than is held back. */
const many = Array.from({ length: 20_000 }, (_, nth) => `tag-${nth}`)
const page = (tags: readonly string[]): string => JSON.stringify({ name: 'a', tags })

async function repositoryThat(
  handler: Handler,
): Promise<{ readonly repository: Repository; readonly asked: () => number }> {
  const registry = await serve(handler)
  return { repository: clientOf().repository(`${registry.host}/a`), asked: () => registry.requests.length }
}

/** As many entries as came, and how it ended. */
async function gather<T>(list: AsyncIterable<T>): Promise<{ readonly all: T[]; readonly error?: unknown }> {
  const all: T[] = []
  try {
    for await (const entry of list) all.push(entry)
    return { all }
  } catch (error) {
    return { all, error }
  }
}

/** Sends so much of a body that was announced whole, and hangs up. */
async function breakOff(response: ServerResponse, body: string, after: number): Promise<void> {
  response.writeHead(200, { 'content-length': String(Buffer.byteLength(body)) })
  response.write(body.slice(0, after), () => response.destroy())
  await once(response, 'close')
}

describe('a page that is longer than what is held back', () => {
  it('is read to its end, whatever its length', async () => {
    const { repository, asked } = await repositoryThat((_request, response) => bytes(response, 200, page(many)))
    expect(await gather(repository.tags())).toEqual({ all: many })
    expect(asked()).toBe(1)
  })

  it('gives its entries while it comes', async () => {
    let finish = (): void => undefined
    const { repository } = await repositoryThat((_request, response) => {
      const text = page(many)
      response.write(text.slice(0, 200_000))
      finish = () => void response.end(text.slice(200_000))
    })
    const seen: string[] = []
    for await (const tag of repository.tags()) {
      seen.push(tag)
      if (seen.length === 1000) finish()
    }
    expect(seen).toEqual(many)
  })

  it('waits for its reader, whose time does not count', async () => {
    const registry = await serve((_request, response) => bytes(response, 200, page(many)))
    const repository = clientOf({ timeouts: { total: 150, stall: 100 } }).repository(`${registry.host}/a`)
    const seen: string[] = []
    for await (const tag of repository.tags()) {
      if (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 400))
      seen.push(tag)
    }
    expect(seen).toEqual(many)
  })

  it('may take as long as it moves, as a short one may not', async () => {
    const text = page(many)
    const drip =
      (from: number): Handler =>
      (_request, response) => {
        response.writeHead(200, { 'content-length': String(text.length) })
        response.write(text.slice(0, from))
        setTimeout(() => response.end(text.slice(from)), 300)
      }
    const tagsOf = async (handler: Handler): Promise<AsyncIterable<string>> =>
      clientOf({ timeouts: { total: 100 } })
        .repository(`${(await serve(handler)).host}/a`)
        .tags()
    expect(await gather(await tagsOf(drip(100_000)))).toEqual({ all: many })
    expect((await gather(await tagsOf(drip(1000)))).error).toMatchObject({ code: 'TIMEOUT', clock: 'total' })
  })

  it('is let go of when its reader leaves', async () => {
    let closed: Promise<unknown> | undefined
    const { repository } = await repositoryThat((_request, response) => {
      response.write(page(many).slice(0, 200_000))
      closed = once(response, 'close')
    })
    let last = ''
    for await (const tag of repository.tags()) if ((last = tag) === 'tag-7') break
    await closed
    expect(last).toBe('tag-7')
  })

  it('goes on behind what was given when it breaks off, without saying anything twice', async () => {
    const cuts = [200_000, 100_000, 210_000]
    const { repository, asked } = await repositoryThat((_request, response) => {
      const at = cuts.shift()
      return at === undefined ? bytes(response, 200, page(many)) : breakOff(response, page(many), at)
    })
    expect(await gather(repository.tags())).toEqual({ all: many })
    expect(asked()).toBe(4)
  })

  it.each<[string, string]>([
    ['begins in another way', page(['new', ...many])],
    ['has become shorter', page(many.slice(0, 100))],
    ['is empty', page([])],
    ['is null', '{"name":"a","tags":null}'],
  ])('is an error when it breaks off and then %s', async (_what, then) => {
    let first = true
    const { repository } = await repositoryThat((_request, response) => {
      if (!first) return bytes(response, 200, then)
      first = false
      return breakOff(response, page(many), 200_000)
    })
    const { all, error } = await gather(repository.tags())
    expect(error).toMatchObject({ code: 'LIST_CHANGED' })
    expect(all).toEqual(many.slice(0, all.length))
    expect(all.length).toBeGreaterThan(5000)
  })

  it.each<[string, Handler, string]>([
    ['hangs up each time', (_request, response) => breakOff(response, page(many), 200_000), 'CONNECTION_LOST'],
    ['ends without its end', (_request, response) => void response.end(page(many).slice(0, 200_000)), 'SHORT_BODY'],
    [
      'becomes something else',
      (_request, response) => void response.end(`${page(many).slice(0, -2)}<html>`),
      'BAD_RESPONSE',
    ],
  ])('is never half a list: one that %s is an error', async (_what, handler, code) => {
    const { repository } = await repositoryThat(handler)
    const { all, error } = await gather(repository.tags())
    expect(error).toMatchObject({ code })
    expect(all).toEqual(many.slice(0, all.length))
  })

  it('may have its list twice: the last counts, unless another was begun', async () => {
    const twice =
      (second: string): Handler =>
      (_request, response) =>
        bytes(response, 200, `{"tags":${JSON.stringify(many)},"tags":${second}}`)
    const same = await repositoryThat(twice(JSON.stringify([...many, 'more'])))
    expect(await gather(same.repository.tags())).toEqual({ all: [...many, 'more'] })
    const other = await repositoryThat(twice('["other"]'))
    expect((await gather(other.repository.tags())).error).toMatchObject({ code: 'LIST_CHANGED' })
  })
})

describe('a page that is held back whole', () => {
  it('comes from the next attempt alone, whatever the first one said', async () => {
    let first = true
    const { repository } = await repositoryThat((_request, response) => {
      if (!first) return bytes(response, 200, page(['new']))
      first = false
      return breakOff(response, page(many.slice(0, 3000)), 30_000)
    })
    expect(await gather(repository.tags())).toEqual({ all: ['new'] })
  })

  it('passes over a name that no registry can have, and what is around the list, without keeping it', async () => {
    const body = `{"child":[${'{"x":"y"},'.repeat(10_000)}1],"tags":["a","${'x'.repeat(100_000)}","b"],"more":"${'z'.repeat(100_000)}"}`
    const { repository } = await repositoryThat((_request, response) => bytes(response, 200, body))
    expect(await gather(repository.tags())).toEqual({ all: ['a', 'b'] })
  })
})

describe('what refers to a manifest, in a page of any length', () => {
  const entry = (nth: number): Descriptor => ({
    mediaType: manifestType,
    digest: sha256(String(nth)),
    size: nth,
    artifactType: nth % 2 === 0 ? 'x/even' : 'x/odd',
    annotations: { 'org.example.text': 'x'.repeat(500) },
  })
  const serveIndex =
    (manifests: readonly unknown[]): Handler =>
    (_request, response) => {
      const body = JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests })
      bytes(response, 200, body, { 'content-type': indexType })
    }

  it('comes as it arrives, and is filtered', async () => {
    const all = Array.from({ length: 1500 }, (_, nth) => entry(nth))
    const { repository } = await repositoryThat(serveIndex(all))
    expect((await gather(repository.referrers(sha256('s')))).all).toEqual(all)
    expect((await gather(repository.referrers(sha256('s'), { artifactType: 'x/odd' }))).all).toHaveLength(750)
  })

  it('has no descriptor that is none, and none without measure', async () => {
    const bad = await repositoryThat(serveIndex([entry(1), { mediaType: manifestType, digest: 'no', size: 1 }]))
    expect((await gather(bad.repository.referrers(sha256('s')))).error).toMatchObject({ code: 'MANIFEST_INVALID' })
    const long = await repositoryThat(serveIndex([{ ...entry(1), annotations: { long: 'x'.repeat(1024 * 1024) } }]))
    expect((await gather(long.repository.referrers(sha256('s')))).error).toMatchObject({ code: 'TOO_LARGE' })
  })
})
