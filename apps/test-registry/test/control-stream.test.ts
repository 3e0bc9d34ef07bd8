import { request, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { image, startTestRegistry, type JournalEntry, type TestRegistry } from '../src/index.ts'
import type { WritableJournal } from '../src/journal/journal.ts'
import { ask } from './support/http.ts'

let registry: TestRegistry
const open: IncomingMessage[] = []
beforeEach(async () => {
  registry = await startTestRegistry({ images: [image('t/app:1').layer({ a: 'b' })] })
})
afterEach(async () => {
  for (const stream of open.splice(0)) stream.destroy()
  await registry.close()
})

async function follow(
  query = '',
  headers: Record<string, string> = {},
): Promise<{ readonly answer: IncomingMessage; next(): Promise<string> }> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asking = request(`${registry.url}/_lading/api/journal/events${query}`, { headers, agent: false }, resolve)
    asking.on('error', reject)
    asking.end()
  })
  open.push(answer)
  const lines = createInterface(answer)[Symbol.asyncIterator]()
  return { answer, next: async () => String((await lines.next()).value) }
}

/** The next entry that has ended. */
async function ended({ next }: { next(): Promise<string> }): Promise<JournalEntry> {
  for (;;) {
    const entry = JSON.parse(await next()) as JournalEntry
    if (entry.finished) return entry
  }
}

const ping = (): Promise<unknown> => ask(`${registry.url}/v2/`)

test('a line of JSON for each request, as it happens', async () => {
  const stream = await follow()
  expect(stream.answer.headers['content-type']).toBe('application/x-ndjson; charset=utf-8')
  await ping()
  expect(await ended(stream)).toMatchObject({ number: 0, kind: 'ping', status: 200 })
  registry.addFault({ name: 'down', on: 'manifest', then: { status: 503 } })
  await ask(`${registry.url}/v2/t/app/manifests/1`)
  expect(await ended(stream)).toMatchObject({ number: 1, faults: ['down'] })
})

test('a request that hangs is told of before it ends', async () => {
  registry.addFault({ on: 'ping', then: 'stall' })
  const stream = await follow()
  ping().catch(() => undefined)
  expect(JSON.parse(await stream.next())).toMatchObject({ number: 0, finished: false })
})

test('filters, what has ended only, and what was before', async () => {
  await ping()
  await ask(`${registry.url}/v2/t/app/tags/list`)
  await registry.journal.waitFor({ kind: 'tags' })
  expect(JSON.parse(await (await follow('?last=1')).next())).toMatchObject({ number: 1 })
  expect(JSON.parse(await (await follow('?since=0')).next())).toMatchObject({ number: 0 })
  const tags = await follow('?kind=tags&finished=true')
  await ping()
  await ask(`${registry.url}/v2/t/app/tags/list`)
  expect(JSON.parse(await tags.next())).toMatchObject({ number: 3, kind: 'tags', finished: true })
})

test('server-sent events, with one for what was before and one when the journal is cleared', async () => {
  await ping()
  const stream = await follow('?finished=true', { accept: 'text/event-stream' })
  expect(stream.answer.headers['content-type']).toBe('text/event-stream')
  expect([await stream.next(), await stream.next(), await stream.next()]).toEqual([
    'event: start',
    'data: {"next":1}',
    '',
  ])
  await ping()
  expect([await stream.next(), await stream.next(), await stream.next(), await stream.next()]).toEqual([
    'event: request',
    expect.stringMatching(/^id: \d{13}$/),
    expect.stringMatching(/^data: \{"number":1,.*\}$/),
    '',
  ])
  registry.journal.clear()
  expect([await stream.next(), await stream.next(), await stream.next()]).toEqual(['event: cleared', 'data: {}', ''])
})

test('who comes back gets what ended since', async () => {
  const first = await follow('?finished=true', { accept: 'text/event-stream' })
  for (let line = 0; line < 3; line += 1) await first.next()
  await ping()
  const id = (await first.next(), await first.next()).slice('id: '.length)
  first.answer.destroy()
  await ask(`${registry.url}/v2/t/app/tags/list`)
  await registry.journal.waitFor({ kind: 'tags' })
  const second = await follow('', { 'last-event-id': id })
  const numbers = [JSON.parse(await second.next()), JSON.parse(await second.next())].map(
    (entry) => (entry as JournalEntry).number,
  )
  expect(numbers).toEqual([0, 1])
})

test('a reader who is too far behind is cut off', async () => {
  const { answer } = await follow()
  answer.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => answer.once('close', () => resolve()))
  const journal = registry.journal as WritableJournal
  for (let number = 0; number <= 20_000; number++)
    journal.open({ origin: 'registry', method: 'GET', path: '/', headers: {}, route: { kind: 'unknown' } })
  await closed
  expect(answer.complete).toBe(false)
  expect((await ask(`${registry.url}/_lading/api`)).status).toBe(200)
})

test('more streams than anybody needs are refused', async () => {
  await Promise.all(Array.from({ length: 100 }, () => follow()))
  expect((await follow()).answer.statusCode).toBe(503)
  open.splice(0, 1)[0]?.destroy()
  await expect.poll(async () => (await follow()).answer.statusCode).toBe(200)
})

test('close ends the streams', async () => {
  const { answer } = await follow()
  const ending = new Promise<void>((resolve) => answer.once('close', () => resolve()))
  answer.on('error', () => undefined)
  await registry.close()
  await ending
  expect(answer.complete).toBe(false)
  registry = await startTestRegistry()
})
