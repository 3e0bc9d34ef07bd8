import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { configDirectoryFromEnv, forgetRealm, rememberedRealms, rememberRealm } from '@lading/registry-client/hosts'
import { describe, expect, it } from 'vitest'
import { parseAllowedRealm } from '../../src/index.ts'
import { folderOf } from '../support/files.ts'

const one = { registry: 'localhost:5000', realm: 'auth.test' }

describe('realms that a person allowed', () => {
  it('are remembered, replaced and forgotten, each by its registry', async () => {
    const folder = await folderOf({})
    expect(await rememberedRealms(join(folder, 'none'))).toEqual([])
    await rememberRealm(folder, one)
    await rememberRealm(folder, { registry: 'b.test', realm: 'first.test' })
    await rememberRealm(folder, { registry: 'b.test', realm: 'second.test' })
    expect(new Set(await rememberedRealms(folder))).toEqual(
      new Set([one, { registry: 'b.test', realm: 'second.test' }]),
    )
    await forgetRealm(folder, 'b.test')
    await forgetRealm(folder, 'c.test')
    expect(await rememberedRealms(folder)).toEqual([one])
  })

  it.each(['{', '{}', '{"registry":"a","realm":7}', 'null'])('that cannot be read are named: %s', async (text) => {
    const folder = await folderOf({ 'realms/x.json': text })
    await writeFile(join(folder, 'realms', 'y.txt'), 'not ours')
    await expect(rememberedRealms(folder)).rejects.toMatchObject({
      code: 'REALMS_INVALID',
      facts: { path: join(folder, 'realms', 'x.json') },
    })
  })

  it('are written as REGISTRY=HOST', () => {
    expect(parseAllowedRealm('localhost:5000=auth.test')).toEqual(one)
    for (const text of ['', 'a', '=b', 'a=', 'a=b=c'])
      expect(() => parseAllowedRealm(text)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
  })

  it("are in the user's directory", () => {
    expect(configDirectoryFromEnv({ env: { XDG_CONFIG_HOME: '/x', HOME: '/c' } })).toBe('/x/lading')
    expect(configDirectoryFromEnv({ env: { XDG_CONFIG_HOME: 'relative', HOME: '/c' } })).toBe('/c/.config/lading')
  })
})
