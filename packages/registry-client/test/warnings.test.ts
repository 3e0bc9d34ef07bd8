import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseWarnings } from '../src/wire/warnings.ts'
import { clientOf } from './support/client.ts'
import { manifestOf, manifestType } from './support/image.ts'
import { bytes, serve } from './support/scripted-server.ts'

describe('Warning', () => {
  it.each<[string | null, string[]]>([
    [null, []],
    ['299 - "one"', ['one']],
    ['299 - "one", 299 - "two, and \\"three\\""', ['one', 'two, and "three"']],
    ['299 - "one" "Tue, 24 Nov 2026 08:00:00 GMT", 299 x "two"', ['one', 'two']],
    ['110 cache "stale", 299 - "ours"', ['ours']],
    ['299 - "a\u001B[2Jb"', [String.raw`a\x1b[2Jb`]],
    ['299 - ""', []],
    ['299 - "open', []],
    ['299 - one', []],
    [`299 - "${'x'.repeat(5000)}"`, []],
  ])('%j', (header, texts) => {
    expect(parseWarnings(header)).toEqual(texts)
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('299', ' ', '-', '"', '\\', ',', 'a', '\u0007') }), (text) => {
        for (const warning of parseWarnings(text)) expect(warning).not.toContain('\u0007')
      }),
    )
  })

  it('is told once a client, and only when the registry itself says it', async () => {
    const manifest = manifestOf()
    const cdn = await serve((_request, response) => bytes(response, 200, 'x', { warning: '299 - "from the side"' }))
    const registry = await serve((request, response) => {
      if (request.url?.includes('/blobs/') === true)
        bytes(response, 307, '', { location: `${cdn.origin}/x`, warning: '299 - "old"' })
      else bytes(response, 200, manifest.bytes, { 'content-type': manifestType, warning: '299 - "old", 299 - "new"' })
    })
    const told: unknown[] = []
    const client = clientOf({ onEvent: (event) => event.type === 'warning' && told.push(event) })
    for (const name of ['a', 'b']) await client.repository(`${registry.host}/${name}`).manifests.get('1')
    await client.repository(`${registry.host}/a`).blobs.read({
      mediaType: '',
      digest: 'sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
      size: 1,
    })
    expect(told).toEqual([
      { type: 'warning', host: registry.host, text: 'old' },
      { type: 'warning', host: registry.host, text: 'new' },
    ])
  })
})
