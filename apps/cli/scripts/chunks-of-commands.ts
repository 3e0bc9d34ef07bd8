import { rolldown, type OutputChunk, type OutputOptions, type RolldownOptions } from 'rolldown'

type Groups = Exclude<OutputOptions['codeSplitting'], boolean | undefined>

/** What is loaded together, by the commands that most starts are of. Each is the end of a module's path. */
const starts = {
  main: ['cli/src/main.ts'],
  images: ['actions/images.ts'],
  digest: ['actions/digest.ts', 'registry-client/src/hosts/index.ts'],
  pull: ['actions/pull.ts', 'registry-client/src/hosts/index.ts'],
} as const

/**
 * Left to itself the bundler makes a chunk for each set of commands that share something: `pull` loaded 76 of them, and
 * each takes Node a third of a millisecond. Here what the common commands share is in few. A first build says what each
 * of them loads, and what threads do, which load nothing else.
 */
export async function chunksOfCommands(options: RolldownOptions & { readonly output: OutputOptions }): Promise<Groups> {
  const build = await rolldown(options)
  const { output } = await build.generate(options.output)
  await build.close()
  const chunks = output.filter((each) => each.type === 'chunk')
  const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]))
  const loaded = (from: readonly OutputChunk[]): ReadonlySet<string> => {
    const all = new Set(from)
    for (const chunk of all)
      for (const file of chunk.imports) {
        const next = byFile.get(file)
        if (next !== undefined) all.add(next)
      }
    return new Set([...all].flatMap(({ moduleIds }) => moduleIds))
  }
  const startOf = (ends: readonly string[]): ReadonlySet<string> =>
    loaded(
      ends.map((end) => {
        const found = chunks.find(({ facadeModuleId }) => facadeModuleId?.replaceAll('\\', '/').endsWith(end))
        if (found === undefined) throw new Error(`no chunk is for ${end}: see chunks-of-commands.ts`)
        return found
      }),
    )
  const [main, images, digest, pull] = [
    startOf(starts.main),
    startOf(starts.images),
    startOf(starts.digest),
    startOf(starts.pull),
  ]
  const worker = (name: string): readonly OutputChunk[] => chunks.filter((each) => each.isEntry && each.name === name)
  const inflating = loaded(worker('uncompress-worker'))
  // These come with commands of their own.
  const others = loaded(['inflate-worker', 'write-worker', 'bcrypt-worker'].flatMap(worker))
  // They are what is loaded by name.
  const entries = new Set(chunks.map(({ facadeModuleId }) => facadeModuleId))
  const nameOf = (id: string): string | undefined => {
    if (entries.has(id)) return undefined
    const everywhere = main.has(id) || (images.has(id) && digest.has(id))
    if (inflating.has(id)) return everywhere ? 'basics' : 'inflating'
    if (others.has(id)) return pull.has(id) ? 'further' : undefined
    if (everywhere) return 'common'
    if (images.has(id) && pull.has(id)) return 'store'
    if (digest.has(id) && pull.has(id)) return 'client'
    if (pull.has(id)) return 'transfers'
    return images.has(id) ? 'lists' : undefined
  }
  return {
    includeDependenciesRecursively: false,
    groups: ['basics', 'inflating', 'further', 'common', 'store', 'client', 'transfers', 'lists'].map((name) => ({
      name,
      test: (id: string) => nameOf(id) === name,
    })),
  }
}
