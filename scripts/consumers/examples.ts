import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { image, index, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import type { Published } from './packages.ts'
import { environmentOf } from './tools.ts'

const execute = promisify(execFile)

/** The registry that examples speak to in place of docker.io and ghcr.io. */
export async function startExampleRegistry(): Promise<TestRegistry> {
  const registry = await startTestRegistry({
    tls: { hosts: ['registry-1.docker.io', 'docker.io', 'ghcr.io', 'localhost'] },
    alsoPlainHttp: true,
  })
  await registry.seed(index('library/alpine:3.20').add(image().platform('linux/arm64').layer({ a: 'a' })))
  await registry.seed(image('acme/app:1.4').layer({ 'etc/motd': 'hello' }))
  return registry
}

export interface Scene {
  readonly node: string
  readonly folder: string
  readonly registry: TestRegistry
}

/** Runs the example as it is copied from the README. Returns what is wrong. */
export async function runExample(published: Published, { node, folder, registry }: Scene): Promise<string[]> {
  const { example, promised, name } = published
  // What one run leaves is not there for the next.
  const cwd = mkdtempSync(join(folder, 'run-'))
  const file = join(cwd, `example.${example.language === 'ts' ? 'ts' : 'mjs'}`)
  writeFileSync(file, example.code)
  const ca = join(cwd, 'ca.pem')
  writeFileSync(ca, registry.ca ?? '')
  const env = environmentOf(node)
  try {
    const { stdout } = await execute(
      node,
      ['--disable-warning=ExperimentalWarning', file, `${registry.host}/acme/app:1.4`],
      {
        cwd,
        timeout: 120_000,
        env: {
          ...env,
          PATH: [join(folder, 'node_modules/.bin'), join(dirname(folder), 'node_modules/.bin'), env['PATH']].join(
            delimiter,
          ),
          NODE_EXTRA_CA_CERTS: ca,
          LADING_LOOPBACK: String(registry.port),
          LADING_ROOT: join(cwd, 'root'),
          NODE_OPTIONS: `--import ${fileURLToPath(new URL('loopback.ts', import.meta.url))} --disable-warning=ExperimentalWarning`,
        },
      },
    )
    const printed = stdout.trimEnd().split('\n')
    if (promised.length === 0 || promised.join('\n') === printed.join('\n')) return []
    return [`${name}: its example printed, on ${node}\n${stdout}and promised\n${promised.join('\n')}`]
  } catch (error) {
    return [`${name}: its example failed on ${node}: ${said(error)}`]
  }
}

/** Imports and requires every entry. */
export async function loadEntries({ name, entries }: Published, { node, folder }: Scene): Promise<string[]> {
  const imports = entries.map((entry) => `await import(${JSON.stringify(entry)})`).join('\n')
  const requires = entries.map((entry) => `require(${JSON.stringify(entry)})`).join('\n')
  const problems: string[] = []
  for (const [kind, code] of [
    ['module', imports],
    ['commonjs', requires],
  ] as const) {
    await execute(node, [`--input-type=${kind}`, '--eval', code], { cwd: folder, env: environmentOf(node) }).then(
      ({ stdout, stderr }) => {
        if (stdout + stderr !== '') problems.push(`${name} prints at import (${kind}): ${stdout}${stderr}`)
      },
      (error: unknown) => problems.push(`${name} cannot be loaded (${kind}): ${said(error)}`),
    )
  }
  return problems
}

/** On a Node that is too old each entry loads, or says in one line that it is. */
export async function loadOnOldNode({ name, entries }: Published, { node, folder }: Scene): Promise<string[]> {
  const code = `for (const entry of ${JSON.stringify(entries)})
    console.log(await import(entry).then(() => 'loaded', (error) => error.message.replaceAll('\\n', '\\\\n')))`
  const { stdout } = await execute(node, ['--input-type=module', '--eval', code], {
    cwd: folder,
    env: environmentOf(node),
  })
  const said = stdout.trimEnd().split('\n')
  return entries.flatMap((entry, at) =>
    tooOld.test(said[at] ?? '') ? [] : [`${name}: ${entry} on ${node} says: ${said[at]}`],
  )
}

const tooOld = /^(loaded|@lading packages need Node 22\.19 or newer, and this is Node \d+\.\d+\.\d+: .+)$/

const said = (error: unknown): string => {
  const { stderr, message } = error as { stderr?: string; message: string }
  return stderr === undefined || stderr === '' ? message : stderr
}
