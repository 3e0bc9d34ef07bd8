import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bundleForBrowser } from '../../../test/support/in-chromium.ts'
import * as browser from '../src/hash/engine-browser.ts'
import * as node from '../src/hash/engine-node.ts'

const algorithms = ['sha256', 'sha384', 'sha512'] as const

describe.each(algorithms)('%s without Node', (algorithm) => {
  it.each(Array.from({ length: 300 }, (_, length) => length))(
    'of %i bytes, at each length around a block',
    (length) => {
      const bytes = Uint8Array.from({ length }, (_, index) => index * 7)
      expect(browser.hashAll(algorithm, bytes)).toBe(createHash(algorithm).update(bytes).digest('hex'))
    },
  )

  it('is what Node computes, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 8 }), (chunks) => {
        const [ours, theirs] = [browser.createEngine(algorithm), node.createEngine(algorithm)]
        // In the middle of a larger buffer, as sockets give them.
        for (const chunk of chunks)
          for (const engine of [ours, theirs])
            engine.update(Buffer.concat([Buffer.alloc(3), chunk, Buffer.alloc(5)]).subarray(3, 3 + chunk.length))
        const forks = [ours.fork(), theirs.fork()] as const
        for (const fork of forks) fork.update(new Uint8Array([1]))
        expect(forks[0].digest()).toBe(forks[1].digest())
        expect(ours.digest()).toBe(theirs.digest())
      }),
    )
  })

  it('takes text as UTF-8', () => {
    expect(browser.hashAll(algorithm, 'grüße 🐋')).toBe(node.hashAll(algorithm, 'grüße 🐋'))
  })
})

it('bundles for a browser, without anything of Node', async () => {
  expect(await bundleForBrowser(fileURLToPath(new URL('../src/hash/index.ts', import.meta.url)))).not.toContain('node:')
})
