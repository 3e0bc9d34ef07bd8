import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { layoutOf, nodeFileSystem, nodeProcesses, prepareRoot } from '@lading/content-store'
import { image, startTestRegistry } from '@lading/test-registry'
import { expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { start } from './support/lading.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const ways = atScale(['plain', 'tag'], ['plain', 'json', 'quiet', 'tag'])

it.each(ways)('a command (%s) that waits for another process says so', async (how) => {
  await using registry = await startTestRegistry({ images: [image('t/app:1').layer({ a: 'a' })] })
  const root = join(await temporaryDirectory(), 'store')
  const reference = `${registry.host}/t/app:1`
  if (how === 'tag') await start(['pull', '-q', reference, '--root', root]).ended
  const { lock } = layoutOf(root)
  await mkdir(dirname(lock), { recursive: true })
  const owner = { ...nodeProcesses().self(), pid: 4711, boot: 'before', nonce: '0123456789abcdef' }
  await writeFile(lock, `${JSON.stringify(owner)}\n`)
  const args =
    how === 'tag'
      ? ['tag', reference, 'other:1']
      : ['pull', reference, ...(how === 'quiet' ? ['--quiet'] : ['--progress', how])]
  const command = start([...args, '--root', root])
  await command.said(/waiting for process 4711 on .*, up to 20 s; if it has ended, continue at once with: rm /)
  await rm(lock)
  const { code, stderr } = await command.ended
  expect(code, stderr).toBe(0)
  expect(stderr.match(/waiting for/g)).toHaveLength(1)
})

it('a command that has waited for --lock-timeout fails, and says how to go on', async () => {
  const root = join(await temporaryDirectory(), 'store')
  const { lock } = layoutOf(root)
  await prepareRoot(nodeFileSystem(), root)
  // This process lives, and touches nothing.
  await writeFile(lock, `${JSON.stringify({ ...nodeProcesses().self(), nonce: '0123456789abcdef' })}\n`)
  const { code, stderr } = await start(['rmi', 'a:1', '--root', root, '--lock-timeout', '300ms']).ended
  expect(stderr).toMatch(/^lading: process [0-9]+ on \S+ has held \S+lock for 0\.[0-9]+ s without responding$/m)
  expect(stderr).toMatch(/^hint: end it with kill [0-9]+; or wait longer with --lock-timeout/m)
  expect(code).toBe(7)
})

// Ten seconds pass before anybody overtakes: in the ordinary run, the store's own tests have to do.
it.each(atScale<string[]>([], ['--limit-rate']))(
  'a pull held up by another one with %s says for whom it waits, overtakes it, and ends both',
  async (option) => {
    await using registry = await startTestRegistry()
    const { layers } = await registry.seed(image('t/slow:1').randomLayer(1_000_000))
    const args = ['pull', '--progress', 'plain', `${registry.host}/t/slow:1`, '--root', await temporaryDirectory()]
    const slow = start([...args, option, '20k'])
    await slow.said(/Downloading/)
    const fast = start(args)
    await fast.said(new RegExp(`waiting for process ${slow.child.pid}, which downloads ${layers[0]?.digest};`))
    for (const { code, stderr } of [await fast.ended, await slow.ended]) expect(code, stderr).toBe(0)
    expect(registry.journal.blob(layers[0]?.digest ?? '').requests).toHaveLength(2)
  },
)
