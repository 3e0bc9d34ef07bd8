import { describe, expect, it } from 'vitest'
import { waitNotice, type ClientEvent } from '../src/index.ts'

const retry = { type: 'retry', url: 'https://a.example/v2/x/blobs/1', attempt: 1, afterMs: 2000 } as const

describe('a wait, in one line', () => {
  it.each([
    [{ ...retry, code: 'TOO_MANY_REQUESTS', status: 503 }, 'a.example is tried again in 2 s: it answered 503'],
    [{ ...retry, code: 'HOST_UNKNOWN' }, 'a.example is tried again in 2 s: no address was found for it'],
    [{ ...retry, code: 'CONNECTION_LOST', afterMs: 250 }, 'a.example is tried again in 0.3 s: the connection was lost'],
    [{ ...retry, code: 'NEW_ONE' }, 'a.example is tried again in 2 s: it failed with NEW_ONE'],
    [{ type: 'wait', host: 'a.example', forMs: 61_000 }, 'waiting 61 s, as a.example asks'],
  ] satisfies readonly (readonly [ClientEvent, string])[])('%j', (event, message) => {
    expect(waitNotice(event)?.message).toBe(message)
  })

  it('is none where nothing waits', () => {
    expect(waitNotice({ type: 'pause', host: 'a.example', forMs: 1 })).toBeUndefined()
  })
})
