import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bundleForBrowser, resultsInChromium } from '../../../test/support/in-chromium.ts'
import { missing } from '../../../test/support/real-parts.ts'
import { results } from './support/results.ts'

it('bundles for a browser, without anything of Node', async () => {
  expect(await bundleForBrowser(fileURLToPath(new URL('../src/index.ts', import.meta.url)))).not.toContain('node:')
})

describe.skipIf(missing('chromium'))('in Chromium', () => {
  it('every vector comes to what it comes to here', async () => {
    const here: unknown = JSON.parse(JSON.stringify(results()))
    expect(JSON.stringify(here).length).toBeGreaterThan(5000)
    expect(await resultsInChromium(fileURLToPath(new URL('support/results.ts', import.meta.url)))).toEqual(here)
  })
})
