import { image } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { scene } from './scene.ts'

describe('a registry that allows only a few more requests', () => {
  it('is told of once, however many images are pulled', async () => {
    const here = await scene({
      registry: {
        rateLimit: { limit: 20, windowSeconds: 21_600, headers: true },
        images: [image('t/a:1').layer({ a: 'a' }), image('t/b:1').layer({ b: 'b' })],
      },
    })
    await here.pull('t/a:1')
    expect(here.eventsOf('warning')).toEqual([])
    for (let round = 0; round < 17; round++)
      await here.client.repository(`${here.registry.host}/t/a`).manifests.get('1')
    await here.pull('t/b:1')
    await here.pull('t/a:1').catch(() => undefined)
    const warnings = here.eventsOf('warning')
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatchObject({
      code: 'RATE_LIMIT_LOW',
      message: expect.stringMatching(/allows [012] of 20 more requests .*log in/) as string,
    })
  })
})
