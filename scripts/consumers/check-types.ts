import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Published } from './packages.ts'
import { compilerOf, nodeTypesOf } from './tools.ts'

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

/** Older compilers cannot read the newest types of Node. */
const nodeTypesFor = (compiler: string): string => (compiler.startsWith('5.') ? '22' : '26')

/**
 * Type-checks every example with all declarations that it reaches. Each resolves from its own folder below `root`; Node's
 * types are found above them, as in the project of somebody who has them.
 */
export function checkTypes(root: string, packages: readonly Published[], compilers: readonly string[]): string[] {
  const problems: string[] = []
  const scripts = packages.filter(({ example }) => example.language === 'ts')
  for (const compiler of compilers)
    for (const [mode, resolution] of Object.entries(modes)) {
      problems.push(...compile(root, compiler, mode, { ...resolution, types: ['node'], lib: ['es2023'] }, scripts))
    }
  return problems
}

/** Packages whose types need none of Node's compile where there are none. */
export function checkWithoutNodeTypes(root: string, packages: readonly Published[], compiler: string): string[] {
  const free = packages.filter(({ wantsNodeTypes, example }) => !wantsNodeTypes && example.language === 'ts')
  for (const { entries, name } of free)
    writeFileSync(
      join(root, folderOf(name), 'entries.ts'),
      entries.map((entry, at) => `export * as _${at} from '${entry}'\n`).join(''),
    )
  const options = { ...modes.nodenext, types: [], lib: ['es2023', 'dom', 'dom.iterable'] }
  return compile(root, compiler, 'no types of Node', options, free, 'entries.ts')
}

function compile(
  root: string,
  compiler: string,
  title: string,
  options: object,
  packages: readonly Published[],
  file = 'example.ts',
): string[] {
  const modules = join(root, 'node_modules')
  rmSync(modules, { force: true })
  if (title !== 'no types of Node') symlinkSync(nodeTypesOf(nodeTypesFor(compiler)), modules)
  const config = join(root, 'tsconfig.json')
  writeFileSync(
    config,
    JSON.stringify({
      compilerOptions: { ...strict, ...options },
      files: packages.map(({ name }) => `${folderOf(name)}/${file}`).filter((path) => existsSync(join(root, path))),
    }),
  )
  writeFileSync(join(root, 'package.json'), '{"private":true,"type":"module"}')
  const { status, stdout, stderr } = spawnSync(process.execPath, [compilerOf(compiler), '-p', config], {
    cwd: root,
    encoding: 'utf8',
  })
  return status === 0 ? [] : [`TypeScript ${compiler}, ${title}:\n${stdout}${stderr}`]
}

/** `@lading/store` has its project in `store`. */
export const folderOf = (name: string): string => name.replace('@lading/', '')
