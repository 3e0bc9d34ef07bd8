import { describe, expect, it } from 'vitest'
import { readAccountFiles } from '../../src/bundle/account-files.ts'
import { userOf, type ResolvedUser } from '../../src/bundle/user-of.ts'
import { filesOf } from './files-of.ts'

const passwd = [
  '# accounts',
  'root:x:0:0:root:/root:/bin/sh',
  'web:x:33:34:Web:/srv/web:/bin/false',
  'web:x:99:99:a second line of that name:/nowhere:',
  'nohome:x:40:40',
  '1001:x:50:50:a name of digits:/digits:',
  'nobody:x:4294967294:4294967294::/:',
  '+nis:x:60:60:::',
  'empty:x:::nothing:/e:',
  'signed:x:+0:-0::/s:',
  'toolarge:x:4294967295:0::/t:',
  ':x:70:70::/unnamed:',
].join('\n')
const group = [
  'root:x:0:',
  'wheel:x:10:root,web',
  'web:x:34:web',
  'www:x:35:web,other',
  'audio:x:29:web,',
  'again:x:29:web',
  'bad:x::web',
].join('\n')

async function resolved(user: string): Promise<ResolvedUser> {
  return userOf(user, await readAccountFiles(filesOf({ '/etc/passwd': passwd, '/etc/group': group })))
}

/** What `USER` says, and who that is: user, group, other groups, home. */
const rows: readonly (readonly [user: string, uid: number, gid: number, others: readonly number[], home: string])[] = [
  ['', 0, 0, [10], '/root'],
  ['root', 0, 0, [10], '/root'],
  ['web', 33, 34, [10, 35, 29], '/srv/web'],
  ['33', 33, 34, [], '/srv/web'],
  ['033', 33, 34, [], '/srv/web'],
  ['web:', 33, 34, [10, 35, 29], '/srv/web'],
  ['web:www', 33, 35, [], '/srv/web'],
  ['web:7', 33, 7, [], '/srv/web'],
  ['33:www', 33, 35, [], '/srv/web'],
  ['5:6', 5, 6, [], ''],
  ['5', 5, 0, [], ''],
  [':www', 0, 35, [], '/root'],
  ['nohome', 40, 40, [], ''],
  ['1001', 1001, 0, [], ''],
  ['nobody', 4294967294, 4294967294, [], '/'],
]

describe('the user of an image', () => {
  it.each(rows)('"%s"', async (user, uid, gid, additionalGids, home) => {
    expect(await resolved(user)).toEqual({ uid, gid, additionalGids, home })
  })

  it.each([
    'stranger',
    'empty',
    'signed',
    'toolarge',
    '+nis',
    '-1',
    '4294967295',
    ' web',
    'web:none',
    '0:none',
    'web:-1',
    '#',
  ])('"%s" is nobody', async (user) => {
    await expect(resolved(user)).rejects.toMatchObject({ name: 'RootfsError', code: 'BUNDLE_USER_UNKNOWN' })
  })

  it('is known by number where the image has no accounts', async () => {
    expect(userOf('12:13', await readAccountFiles(filesOf({})))).toEqual({
      uid: 12,
      gid: 13,
      additionalGids: [],
      home: '',
    })
    expect(userOf('', await readAccountFiles(filesOf({})))).toEqual({ uid: 0, gid: 0, additionalGids: [], home: '' })
  })
})
