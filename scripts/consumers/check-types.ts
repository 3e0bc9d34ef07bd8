import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { folderOf, type Published } from './packages.ts'
import { compilerOf, nodeTypesFor, type Compiler } from './tools.ts'

const modes = {
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
} as const

const strict = {
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  target: 'es2022',
  esModuleInterop: true,
}

interface Check {
  readonly title: string
  readonly compiler: Compiler
  readonly options: object
  readonly files: readonly string[]
}

/**
 * Type-checks every example with all declarations that it reaches, where Node's types are and the packages lie in `root`.
 * Then, with the DOM's library for `AbortSignal`, every entry of the packages whose types need none of Node's, where there are none.
 */
export function typeChecks(packages: readonly Published[], compilers: readonly Compiler[]): readonly Check[] {
  const scripts = packages.filter(({ example }) => example.language === 'ts')
  const examples = scripts.map(({ name }) => `${folderOf(name)}/example.ts`)
  const free = scripts.filter(({ wantsNodeTypes }) => !wantsNodeTypes)
  return compilers.flatMap((compiler) => [
    ...Object.entries(modes).map(([mode, resolution]) => ({
      title: mode,
      compiler,
      options: { ...resolution, typeRoots: [nodeTypesFor(compiler)], types: ['node'], lib: ['es2023'] },
      files: examples,
    })),
    {
      title: 'without the types of Node',
      compiler,
      options: { ...modes.nodenext, typeRoots: [], types: [], lib: ['es2023', 'dom', 'dom.iterable'] },
      files: free.map(({ name }) => `${folderOf(name)}/entries.ts`),
    },
  ])
}

/** What the checks read beside the installed packages. */
export function writeSources(root: string, packages: readonly Published[]): void {
  for (const { entries, example, name } of packages) {
    const folder = join(root, folderOf(name))
    writeFileSync(join(folder, `example.${example.language === 'ts' ? 'ts' : 'mjs'}`), example.code)
    writeFileSync(
      join(folder, 'entries.ts'),
      entries.map((entry, at) => `export * as _${at} from '${entry}'\n`).join(''),
    )
  }
}

/** @returns what the compiler says */
export async function runCheck(root: string, { title, compiler, options, files }: Check): Promise<readonly string[]> {
  const config = join(root, `tsconfig.${compiler}-${title.replaceAll(' ', '-')}.json`)
  writeFileSync(config, JSON.stringify({ compilerOptions: { ...strict, ...options }, files }))
  return await promisify(execFile)(process.execPath, [compilerOf(compiler), '-p', config], { cwd: root }).then(
    () => [],
    (error: unknown) => [`TypeScript ${compiler}, ${title}:\n${(error as { stdout: string }).stdout}`],
  )
}
