import { image, startTestRegistry } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createPuller, type ArrivingImage, type Puller } from '../src/index.ts'
import { temporaryFolder } from './scene.ts'
import { openTestStore } from './support/test-store.ts'

/** A puller whose store takes the last layer of an image only when it is let. */
async function scene(): Promise<{
  readonly puller: Puller
  readonly name: string
  readonly layers: readonly ArrivingImage['manifest'][]
  readonly there: () => Promise<readonly boolean[]>
  readonly let: (error?: Error) => void
}> {
  const registry = await startTestRegistry()
  const store = await openTestStore(await temporaryFolder())
  const built = await registry.seed(image('t/app:1').layer({ a: 'a' }).layer({ b: 'b' }))
  const layers = built.layers.map(({ descriptor }) => descriptor)
  const gate = Promise.withResolvers<void>()
  gate.promise.catch(() => {})
  const puller = await createPuller({
    store: {
      ...store,
      contents: {
        ...store.contents,
        async ingest(address, options) {
          if (address.digest === layers[1]?.digest) await gate.promise
          return store.contents.ingest(address, options)
        },
      },
    },
  })
  onTestFinished(async () => {
    gate.resolve()
    await puller.close()
    await store.close()
    await registry.close()
  })
  return {
    puller,
    layers,
    name: `${registry.host}/t/app:1`,
    there: () => Promise.all(layers.map(async ({ digest }) => (await store.contents.stat(digest)) !== undefined)),
    let: (error) => (error === undefined ? gate.resolve() : gate.reject(error)),
  }
}

describe('an image that arrives', () => {
  it('is told of with its documents when no layer need be there, and tells when each is', async () => {
    const { puller, name, layers, there, let: letIn } = await scene()
    const told: ArrivingImage[] = []
    const steps: string[] = []
    const pulled = await puller.pull(name, {
      async onArriving(arriving) {
        told.push(arriving)
        const [first, second] = layers
        if (first === undefined || second === undefined) return
        await arriving.layer(first)
        steps.push(String(await there()))
        const giving = AbortSignal.abort(new Error('no longer'))
        await expect(arriving.layer(second, { signal: giving })).rejects.toThrow('no longer')
        letIn()
        await arriving.layer(second)
        steps.push(String(await there()))
      },
    })
    expect(steps).toEqual(['true,false', 'true,true'])
    expect(told).toHaveLength(1)
    const [arriving] = told
    expect(arriving?.manifest).toEqual(pulled.manifest)
    const manifest = await arriving?.document(pulled.manifest)
    const { config } = JSON.parse(Buffer.from(manifest?.bytes ?? []).toString()) as {
      config: ArrivingImage['manifest']
    }
    expect(config.digest).toBe(pulled.id)
    expect((await arriving?.document(config))?.bytes).toHaveLength(config.size)
    expect(await arriving?.document({ ...config, digest: layers[0]?.digest ?? config.digest })).toBe(undefined)
    await expect(arriving?.layer(config)).rejects.toMatchObject({ code: 'NOT_AN_IMAGE' })
  })

  it('has layers that do not come when the pull fails', async () => {
    const { puller, name, layers, let: letIn } = await scene()
    const outcomes: Promise<unknown>[] = []
    const pulling = puller.pull(name, {
      onArriving(arriving) {
        for (const layer of layers) outcomes.push(arriving.layer(layer).catch((error: unknown) => error))
        letIn(new Error('no space'))
      },
    })
    await expect(pulling).rejects.toThrow('no space')
    expect(await outcomes[1]).toMatchObject({ message: 'no space' })
  })

  it('ends with what its listener throws', async () => {
    const { puller, name, let: letIn } = await scene()
    const thrown = new Error('of the listener')
    const onArriving = (): void => {
      letIn()
      throw thrown
    }
    await expect(puller.pull(name, { onArriving })).rejects.toBe(thrown)
  })
})
