import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { start } from './support/lading.ts'

const script = fileURLToPath(new URL('support/ctrl-break.ts', import.meta.url))

it.each([
  ['win32', { code: 130, stdout: 'interrupted', stderr: 'terminal restored' }],
  ['linux', { code: 0, stdout: '', stderr: 'terminal restored' }],
])('Ctrl-Break of %s, twice', async (platform, ended) => {
  const told = start([platform], { node: [process.execPath, '--conditions=@lading/source', script] })
  expect(await told.ended).toEqual(ended)
})
