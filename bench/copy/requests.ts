import { image, index, startTestRegistry, type Seedable, type TestRegistry } from '@lading/test-registry'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Measured } from '../support/measure.ts'
import type { Contestant } from './contestants.ts'

const layers = ['a', 'b', 'c', 'd', 'e'] as const
const app = (platform: string): ReturnType<typeof image> =>
  layers.reduce((all, name) => all.layer({ [name]: `${name} of ${platform}` }), image().platform(platform))
const shapes: Readonly<Record<string, Seedable>> = {
  'an image of 5 layers': layers.reduce(
    (all, name) => all.layer({ [name]: name }),
    image('from:1').platform('linux/amd64'),
  ),
  'an index of 2 images of 5 layers': index('from:1').add(app('linux/amd64')).add(app('linux/arm64')),
}

/** What each asks a registry, counted there: reads of the source and everything at the target; nobody signs in. */
export async function tellRequests(
  folder: string,
  all: Readonly<Record<string, Contestant>>,
  {
    lading,
    say,
  }: { readonly lading: (...args: readonly string[]) => Promise<Measured>; readonly say: (line: string) => void },
): Promise<void> {
  for (const [shape, seed] of Object.entries(shapes)) {
    const [from, to] = [await startTestRegistry({ images: [seed] }), await startTestRegistry()]
    const layout = join(folder, 'small')
    try {
      await rm(layout, { recursive: true, force: true })
      const source = `${from.host}/from:1`
      await lading('copy', '-q', source, `oci:${layout}:1`)
      say(`\nrequests for ${shape}`)
      say(row('', ['push', 'again', 'copy', 'again', 'near', 'again']))
      for (const [name, contestant] of Object.entries(all)) {
        const counts: number[] = []
        const count = async (run: () => Promise<Measured>, registries: readonly TestRegistry[]): Promise<void> => {
          for (const registry of registries) registry.journal.clear()
          await run()
          counts.push(registries.reduce((sum, registry) => sum + registry.journal.requests().length, 0))
        }
        const pushed = `${to.host}/${name}/pushed:1`
        if (name === 'lading') await lading('copy', '-q', source, `store:${pushed}`)
        for (const [registries, run] of [
          [[to], () => contestant.push(layout, pushed)],
          [[from, to], () => contestant.copy(source, `${to.host}/${name}/copied:1`)],
          [[from], () => contestant.copy(source, `${from.host}/${name}/near:1`)],
        ] as const)
          for (let time = 0; time < 2; time++) await count(run, registries)
        say(row(name, counts))
      }
    } finally {
      await from.close()
      await to.close()
    }
  }
}

const row = (name: string, cells: readonly (string | number)[]): string =>
  name.padEnd(12) + cells.map((cell) => String(cell).padStart(8)).join('')
