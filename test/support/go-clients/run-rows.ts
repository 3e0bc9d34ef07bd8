import { spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathOf } from '../real-parts.ts'
import { lookAt, type Look } from './look.ts'
import type { Row } from './row.ts'
import { files } from './seeds.ts'

export interface Outcome {
  readonly line: string
  /** Why it failed: what the program said last, or what was expected of its result. */
  readonly failed?: string | undefined
}

/** How each program is told that a registry speaks plain http. */
const plain: Readonly<Record<string, (host: string, verb: string) => readonly string[]>> = {
  crane: () => ['--insecure'],
  regctl: (host) => ['--host', `reg=${host},tls=disabled`],
  oras: (_, verb) => (verb === 'cp' ? ['--from-plain-http', '--to-plain-http'] : ['--plain-http']),
}

export interface RunOptions {
  readonly host: string
  /** For the home and the working directory of the programs. */
  readonly directory: string
  /** How often a command is tried before it counts as refused; 1. */
  readonly attempts?: number | undefined
}

/**
 * Runs commands one after the other, and each check after its command. Nothing of this machine's is read: an empty HOME, no
 * environment, and a working directory of their own with the files that they need.
 */
export async function runRows(
  rows: readonly Row[],
  { host, directory, attempts = 1 }: RunOptions,
): Promise<readonly Outcome[]> {
  const [home, work] = [join(directory, 'home'), join(directory, 'work')]
  await mkdir(home, { recursive: true })
  await mkdir(work, { recursive: true })
  for (const [name, content] of Object.entries(files)) await writeFile(join(work, name), content)
  const look = lookAt(host)
  const outcomes: Outcome[] = []
  for (const { line, check, input } of rows) {
    let failed = await attempt(line, check, input)
    for (let again = 1; failed !== undefined && again < attempts; again += 1) failed = await attempt(line, check, input)
    outcomes.push({ line, failed })
  }
  return outcomes

  async function attempt(line: string, check: Row['check'], input = ''): Promise<string | undefined> {
    try {
      const [program = '', verb = '', ...rest] = await Promise.all(
        line.split(' ').map((word) => inPlace(word, { host, look })),
      )
      const stdout = await run(program, [verb, ...rest, ...(plain[program]?.(host, verb) ?? [])], input)
      await check({ stdout, look, host, file: (name) => readFile(join(work, name)) })
      return undefined
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  async function run(program: string, args: readonly string[], input: string): Promise<string> {
    const child = spawn(pathOf(program), args, { cwd: work, env: { HOME: home }, stdio: 'pipe' })
    child.stdin.on('error', () => undefined).end(input)
    const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
    if (code !== 0) throw new Error(stderr.trim() || `exit code ${code}`)
    return stdout
  }
}

async function inPlace(word: string, { host, look }: { readonly host: string; readonly look: Look }): Promise<string> {
  const [asked, what, name = ''] = /(DIGEST|LAYER|CONFIG)\((.*?)\)/.exec(word) ?? []
  if (asked === undefined) return word.replaceAll('HOST', host)
  const { digest, document } = await look.manifest(name)
  const found = what === 'DIGEST' ? digest : what === 'LAYER' ? document.layers?.[0]?.digest : document.config?.digest
  if (found === undefined) throw new Error(`${name} has no such part`)
  return word.replace(asked, found).replaceAll('HOST', host)
}
