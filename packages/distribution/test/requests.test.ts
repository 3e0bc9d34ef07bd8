import { image } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { createPuller } from '../src/index.ts'
import { scene } from './scene.ts'

const app = (): ReturnType<typeof image> =>
  image('t/app:1').layer({ a: 'one' }).layer({ b: 'two' }).layer({ c: 'three' })

describe('the requests of a pull', () => {
  it('are four up to the first layer where an anonymous token is needed, without a ping', async () => {
    const here = await scene({ registry: { auth: { kind: 'bearer' }, images: [app()] } })
    const { layers } = await here.pull('t/app:1')
    const { entries } = here.registry.journal
    const lines = entries.map(({ method, kind, status }) => `${method} ${kind} ${status}`)
    expect(lines.slice(0, 3)).toEqual(['GET manifest 401', 'GET token 200', 'GET manifest 200'])
    // The config and the layers start together.
    expect(lines.slice(3)).toEqual(Array.from({ length: 4 }, () => 'GET blob 200'))
    expect(entries.slice(3, 5).some(({ target }) => layers.some(({ digest }) => digest === target))).toBe(true)
  })

  it('are one for a tag that is up to date, and three where a token is needed', async () => {
    for (const [auth, lines] of [
      [{ kind: 'none' }, ['HEAD manifest 200']],
      [{ kind: 'bearer' }, ['HEAD manifest 401', 'GET token 200', 'HEAD manifest 200']],
    ] as const) {
      const first = await scene({ registry: { auth, images: [app()] } })
      await first.pull('t/app:1')
      // Another process, which knows of no token.
      await first.puller.close()
      const puller = await createPuller({ root: first.root })
      first.registry.journal.clear()
      const again = await puller.pull(`${first.registry.host}/t/app:1`, { platform: 'linux/amd64' })
      await puller.close()
      expect(again.status).toBe('up-to-date')
      expect(first.registry.journal.entries.map(({ method, kind, status }) => `${method} ${kind} ${status}`)).toEqual(
        lines,
      )
    }
  })
})
