import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bundleForBrowser, resultsInChromium } from './in-chromium.ts'
import { needs } from './needs.ts'

/**
 * The tests of a package that runs wherever JavaScript runs: it bundles without anything of Node, and comes to the same
 * in a browser.
 *
 * @param results of `results`, the module of that name in `support`, here
 * @param test the URL of the test file, in `<package>/test`
 */
export function testInBrowser(results: () => unknown, test: string): void {
  const at = (path: string): string => fileURLToPath(new URL(path, test))

  it('bundles for a browser, without anything of Node', async () => {
    expect(await bundleForBrowser(at('../src/index.ts'))).not.toContain('node:')
  })

  describe('in Chromium', needs('chromium'), () => {
    it('every vector comes to what it comes to here', async () => {
      const here: unknown = JSON.parse(JSON.stringify(results()))
      expect(JSON.stringify(here).length).toBeGreaterThan(5000)
      expect(await resultsInChromium(at('support/results.ts'))).toEqual(here)
    })
  })
}
