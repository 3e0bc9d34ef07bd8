import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { bundleForBrowser } from '../../../test/support/in-chromium.ts'

it('bundles for a browser, without anything of Node', async () => {
  const bundle = await bundleForBrowser(fileURLToPath(new URL('../src/index.ts', import.meta.url)))
  expect(bundle).not.toContain('node:')
})
