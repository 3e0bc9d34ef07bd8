import { image, startTestRegistry, type Fault, type TestRegistry } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAdmission } from '@lading/transfer'
import { createPuller, type PullEvent, type Puller } from '../src/index.ts'
import { temporaryFolder } from './scene.ts'
import { openTestStore } from './support/test-store.ts'

type LayerFault = Readonly<Pick<Fault, 'afterBytes' | 'then'>>

/** A registry with one image of random layers; `fault` happens to each of its layers, for ever. */
async function registryWith(layers: number, name: string, fault?: LayerFault): Promise<TestRegistry> {
  const registry = await startTestRegistry()
  onTestFinished(() => registry.close())
  let built = image(name)
  for (let seed = 1; seed <= layers; seed += 1) built = built.randomLayer(50_000, { seed: name.length * 10 + seed })
  const seeded = await registry.seed(built)
  if (fault !== undefined) for (const { digest } of seeded.layers) registry.addFault({ on: 'blob', digest, ...fault })
  return registry
}

/** A puller as its users have it, on the real clock. */
async function pullerOf(jobs?: number): Promise<Puller> {
  const store = await openTestStore(await temporaryFolder())
  const puller = await createPuller({ store, jobs })
  onTestFinished(async () => {
    await puller.close()
    await store.close()
  })
  return puller
}

const requestsOf = (registry: TestRegistry): string[] =>
  registry.journal
    .requests()
    .map(({ method, path }) => `${method} ${path}`)
    .toSorted()

/** A pull that goes on until it is given up. */
function startSick(
  puller: Puller,
  registry: TestRegistry,
): { readonly ended: () => boolean; readonly events: PullEvent[]; giveUp(): Promise<unknown> } {
  const stop = new AbortController()
  const events: PullEvent[] = []
  let over = false
  const pulling = puller
    .pull(`${registry.host}/t/sick:1`, { signal: stop.signal, onEvent: (event) => events.push(event) })
    .catch((error: unknown) => error)
    .finally(() => (over = true))
  return {
    ended: () => over,
    events,
    giveUp() {
      stop.abort('enough')
      return pulling
    },
  }
}

const until = async (happened: () => boolean): Promise<void> => {
  while (!happened()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** How many layers were told of like this. */
const layersTold = (events: readonly PullEvent[], type: PullEvent['type']): number =>
  new Set(events.flatMap((event) => (event.type === type && 'digest' in event ? [event.digest] : []))).size

describe('a sick registry', () => {
  it.each<[string, LayerFault, PullEvent['type'], number]>([
    ['whose layers stand still', { afterBytes: 1000, then: 'stall' }, 'layer:bytes', 3],
    ['whose layers drip', { then: { bytesPerSecond: 100 } }, 'layer:bytes', 3],
    // The first such answer holds back the requests that were not made yet.
    ['that asks to come back in a minute', { then: { status: 503, retryAfter: '60' } }, 'layer:retry', 1],
  ])('%s lets the pull of another make the same requests and end', async (_, fault, type, layers) => {
    const [sick, well] = [await registryWith(3, 't/sick:1', fault), await registryWith(4, 't/healthy:1')]
    await (await pullerOf()).pull(`${well.host}/t/healthy:1`)
    const asked = requestsOf(well)
    well.journal.clear()

    const puller = await pullerOf()
    const pull = startSick(puller, sick)
    await until(() => layersTold(pull.events, type) >= layers)
    expect((await puller.pull(`${well.host}/t/healthy:1`)).status).toBe('downloaded')
    expect(requestsOf(well)).toEqual(asked)
    expect(pull.ended()).toBe(false)
    expect(await pull.giveUp()).toBe('enough')
  })

  it.each([
    ['eight', 'small ', undefined, 8],
    ['three', '', 3, 3],
  ])('is asked for %s %slayers at once, and the others are told to wait', async (_, __, jobs, atOnce) => {
    const sick = await registryWith(atOnce + 2, 't/sick:1', { afterBytes: 1000, then: 'stall' })
    const pull = startSick(await pullerOf(jobs), sick)
    await until(() => layersTold(pull.events, 'layer:bytes') === atOnce)
    await until(() => layersTold(pull.events, 'layer:waiting') >= 2)
    // The config may wait with them.
    const config = pull.events.flatMap((event) => (event.type === 'config' ? [event.digest] : []))
    const asked = sick.journal.requests({ kind: 'blob' }).filter(({ path }) => !path.endsWith(config[0] ?? ''))
    expect(asked).toHaveLength(atOnce)
    await pull.giveUp()
  })

  it('keeps no place while it says when to come back', async () => {
    const sick = await registryWith(5, 't/sick:1', { then: { status: 503 } })
    const pull = startSick(await pullerOf(), sick)
    await until(() => layersTold(pull.events, 'layer:retry') === 5)
    expect(new Set(sick.journal.requests({ kind: 'blob' }).map(({ path }) => path)).size).toBe(1 + 5)
    await pull.giveUp()
  })
})

describe('an image whose layers wait for a place', () => {
  it('is downloaded config first, then the largest layer that waits, whatever their order; bounds may change meanwhile', async () => {
    const registry = await startTestRegistry()
    onTestFinished(() => registry.close())
    let built = image('t/app:1')
    for (const [seed, size] of [3000, 90_000, 1000, 50_000, 20_000].entries()) built = built.randomLayer(size, { seed })
    const { layers, config } = await registry.seed(built)
    const admit = createAdmission({ perKey: 1 })
    const place = await admit(registry.host)
    const store = await openTestStore(await temporaryFolder())
    let asking = 0
    const puller = await createPuller({
      store,
      admit(host, options) {
        asking += 1
        return admit(host, options)
      },
    })
    onTestFinished(async () => {
      await puller.close()
      await store.close()
    })
    const events: PullEvent[] = []
    const pull = puller.pull(`${registry.host}/t/app:1`, { onEvent: (event) => events.push(event) })
    await until(() => layersTold(events, 'layer:waiting') === layers.length && asking === layers.length + 1)
    place()
    await pull
    const order = registry.journal.requests({ kind: 'blob' }).map(({ path }) => path.slice(path.lastIndexOf('/') + 1))
    const bySize = layers.toSorted((a, b) => b.size - a.size).map(({ digest }) => digest)
    expect(order).toEqual([config.digest, ...bySize])
    // What is told is told in the order of the image.
    const pulling = events.flatMap((event) => (event.type === 'layer:pulling' ? [event.digest] : []))
    expect(pulling).toEqual(layers.map(({ digest }) => digest))
    admit.setLimits({ perKey: 5 })
    expect((await puller.pull(`${registry.host}/t/app:1`)).status).toBe('up-to-date')
  })
})

describe('an image of two layers', () => {
  it('is told to wait for nothing', async () => {
    const well = await registryWith(2, 't/healthy:1')
    const events: PullEvent[] = []
    await (await pullerOf()).pull(`${well.host}/t/healthy:1`, { onEvent: (event) => events.push(event) })
    expect(layersTold(events, 'layer:complete')).toBe(2)
    expect(layersTold(events, 'layer:waiting')).toBe(0)
  })
})
