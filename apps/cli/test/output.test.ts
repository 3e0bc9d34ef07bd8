import { spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { parseReference } from '@lading/reference'
import { openStore } from '@lading/store'
import { image, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { isOutputEnded, OutputEnded } from '../src/process/output.ts'
import { bin, compiled } from './support/lading.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

interface Ended {
  readonly code: number | null
  readonly stderr: string
}

/** Standard output that takes nothing: its reader has gone, or its disk is full. */
const outputs = ['closed', 'full'] as const
type Stdout = (typeof outputs)[number]

async function lading(stdout: Stdout, args: readonly string[], root: string): Promise<Ended> {
  const full = stdout === 'full' ? openSync('/dev/full', 'w') : undefined
  const stdio: StdioOptions = ['ignore', full ?? 'pipe', 'pipe']
  const child = spawn(process.execPath, [bin, ...args, '--root', root], {
    stdio,
    env: { ...process.env, ...compiled, NO_COLOR: '1', LADING_HOSTS: 'off' },
  })
  child.stdout?.destroy()
  if (full !== undefined) closeSync(full)
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stderr }
}

const told = 'lading: standard output cannot be written (ENOSPC)\nhint: free some space, or write elsewhere\n'

describe.skipIf(process.platform !== 'linux')('standard output that takes nothing ends no work', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startTestRegistry()
    for (const tag of ['1', '2', '3', '4']) await registry.seed(image(`t/app:${tag}`).layer({ tag }))
  })
  afterAll(() => registry.close())

  const names = ['1', '2', '3', '4'].map((tag) => (): string => `${registry.host}/t/app:${tag}`)
  const pulled = async (): Promise<string> => {
    const root = join(await temporaryDirectory(), 'store')
    expect(await runHere(['pull', '-q', '-a', `${registry.host}/t/app`], { root })).toMatchObject({ code: 0 })
    return root
  }
  const has = async (root: string, name: string): Promise<boolean> => {
    const store = await openStore({ root, readOnly: true })
    try {
      return (await store.resolve(parseReference(name))) !== undefined
    } finally {
      await store.close()
    }
  }

  it.each(outputs)('rmi of several (%s)', async (stdout) => {
    const root = await pulled()
    const [one = '', two = '', three = '', four = ''] = names.map((name) => name())
    const { code, stderr } = await lading(stdout, ['rmi', one, two, 'none:1', three, four], root)
    for (const name of [one, two, three, four]) expect(await has(root, name)).toBe(false)
    expect(stderr).toContain('lading: No such image: none:1')
    expect(stderr.includes(told)).toBe(stdout === 'full')
    expect(code).toBe(3)
  })

  it.each(atScale<Stdout[]>(['closed'], [...outputs]))(
    'pull of every tag, with a code that says what came of it (%s)',
    async (stdout) => {
      const root = join(await temporaryDirectory(), 'store')
      const { code, stderr } = await lading(stdout, ['pull', '-q', '-a', `${registry.host}/t/app`], root)
      for (const name of names) expect(await has(root, name())).toBe(true)
      expect({ code, stderr }).toEqual(stdout === 'full' ? { code: 1, stderr: told } : { code: 0, stderr: '' })
    },
  )

  it.each(atScale<Stdout[]>(['full'], [...outputs]))(
    'what is only printed is told once, without a stack (%s)',
    async (stdout) => {
      const root = await temporaryDirectory()
      for (const args of [['tags', `${registry.host}/t/app`], ...atScale<string[][]>([], [['images'], ['--help']])]) {
        const { code, stderr } = await lading(stdout, args, root)
        expect({ args, code, stderr }).toEqual(
          stdout === 'full' ? { args, code: 1, stderr: told } : { args, code: 0, stderr: '' },
        )
      }
    },
  )
})

it('an output that has ended is known however deep the error is', () => {
  expect(isOutputEnded(new Error('a', { cause: new Error('b', { cause: new OutputEnded('EPIPE') }) }))).toBe(true)
  expect(isOutputEnded(new Error('a', { cause: 'b' }))).toBe(false)
})
