import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isLadingError } from '@lading/errors'
import fc from 'fast-check'
import { hashSync } from 'bcryptjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { compareInThread, createLoginCheck, parseHtpasswd, readHtpasswd, watchFile } from '../../src/front/index.ts'
import { loginOf } from '../../src/front/htpasswd/basic.ts'
import { rememberLogins } from '../../src/front/htpasswd/remember-logins.ts'

const hash = hashSync('secret', 4)

async function fileWith(text: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lading-htpasswd-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const path = join(directory, 'users')
  await writeFile(path, text)
  return path
}

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`

describe('the file of passwords', () => {
  it('is what htpasswd -B writes, with comments, blank lines and what stands behind a second colon', () => {
    const users = parseHtpasswd(`# ours\n\nann:${hash}\r\nbob:${hash.replace('$2b', '$2y')}:more\n`, 'f')
    expect([...users.keys()]).toEqual(['ann', 'bob'])
    expect(users.get('ann')).toBe(hash)
  })

  it.each([
    ['ann', 'line 2 of f is not USER:HASH'],
    [`:${hash}`, 'line 2 of f is not USER:HASH'],
    ['ann:$apr1$abc$def', 'line 2 of f has no bcrypt hash for ann'],
    ['ann:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=', 'line 2 of f has no bcrypt hash for ann'],
    ['ann:secret', 'line 2 of f has no bcrypt hash for ann'],
    [`ann:${hash}x`, 'line 2 of f has no bcrypt hash for ann'],
    [`ann:${hash.replace('$04$', '$31$')}`, 'line 2 of f has a hash of cost 31, but only 4 to 14 is accepted'],
    [`ann:${hash.replace('$04$', '$03$')}`, 'line 2 of f has a hash of cost 3, but only 4 to 14 is accepted'],
    [`ann:${hash}\nann:${hash}`, 'line 3 of f has the user ann again, who is also in line 2'],
    [`a\u0007nn:${hash}`, 'line 2 of f has a user with control characters'],
  ])('is refused for %j, with the line and without the hash', (lines, message) => {
    let error: unknown
    try {
      parseHtpasswd(`# first\n${lines}\n`, 'f')
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'HTPASSWD_INVALID', message, hint: expect.any(String) })
    expect(JSON.stringify(error)).not.toMatch(/\$2b|\$apr1|SHA|:secret/)
  })

  it('gives its users or an error that names a line, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constant(`ann:${hash}`))), (lines) => {
        const read = (): unknown => {
          try {
            return [...parseHtpasswd(lines.join('\n'), 'f').values()].every((each) => each === hash)
          } catch (error) {
            return isLadingError(error, 'HTPASSWD_INVALID') && /^line \d+ of f /.test(error.message)
          }
        }
        expect(read()).toBe(true)
      }),
    )
  })

  it('is refused when it cannot be read, has no user, or is no text', async () => {
    await expect(readHtpasswd('/nonexistent/none')).rejects.toMatchObject({ code: 'HTPASSWD_UNREADABLE' })
    await expect(readHtpasswd(await fileWith('# nobody\n'))).rejects.toMatchObject({ code: 'HTPASSWD_INVALID' })
    const path = await fileWith('')
    await writeFile(path, Uint8Array.of(0xff, 0xfe))
    await expect(readHtpasswd(path)).rejects.toMatchObject({ code: 'HTPASSWD_UNREADABLE' })
  })

  it('is read again when it has changed; what is broken is told once, and what was there before counts', async () => {
    let time = 0
    const problems: unknown[] = []
    const path = await fileWith(`ann:${hash}\n`)
    const watched = await watchFile(path, readHtpasswd, { now: () => time, onProblem: (error) => problems.push(error) })
    await writeFile(path, `bob:${hash}\neve:${hash}\n`)
    expect([...(await watched.current()).keys()]).toEqual(['ann'])
    time = 1000
    expect([...(await watched.current()).keys()]).toEqual(['bob', 'eve'])
    await writeFile(path, 'nonsense\n')
    for (time of [2000, 3000]) expect([...(await watched.current()).keys()]).toEqual(['bob', 'eve'])
    expect(problems).toEqual([expect.objectContaining({ code: 'HTPASSWD_INVALID' })])
    await rm(path)
    time = 4000
    expect((await watched.current()).size).toBe(2)
    expect(problems.at(-1)).toMatchObject({ code: 'HTPASSWD_UNREADABLE' })
  })
})

describe('what a client says it is', () => {
  it('is read from Basic alone, with everything behind the first colon as password', () => {
    expect(loginOf(basic('ann:a:b'))).toEqual({ user: 'ann', password: 'a:b' })
    expect(loginOf(basic('ann:').replace('Basic', 'bAsIc'))).toEqual({ user: 'ann', password: '' })
    expect(loginOf(basic('änn:schlüssel'))).toEqual({ user: 'änn', password: 'schlüssel' })
  })

  it.each([
    undefined,
    '',
    'Basic',
    'Basic ***',
    'Bearer YTpi',
    basic('ann'),
    basic(':secret'),
    basic('ann:sec\0ret'),
    `Basic ${Buffer.from([0xff, 0x3a, 0x61]).toString('base64')}`,
    basic(`ann:${'a'.repeat(3000)}`),
  ])('is nothing for %j', (header) => {
    expect(loginOf(header)).toBeUndefined()
  })
})

describe('the check of a login', () => {
  const users = new Map([['ann', hash]])

  it('takes the right password, compared in a thread, and none of the others', async () => {
    const comparer = compareInThread()
    onTestFinished(() => comparer.close())
    const check = createLoginCheck({ users: () => Promise.resolve(users), comparer })
    expect(await check({ user: 'ann', password: 'secret' })).toBe('right')
    expect(await check({ user: 'ann', password: 'Secret' })).toBe('wrong')
    expect(await check({ user: 'ann', password: '' })).toBe('wrong')
    expect(await check({ user: 'bob', password: 'secret' })).toBe('wrong')
  })

  it('compares for somebody unknown as for somebody known, at the highest cost of the file', async () => {
    const compared: string[] = []
    const check = createLoginCheck({
      users: () => Promise.resolve(new Map([...users, ['bob', hash.replace('$04$', '$09$')]])),
      comparer: {
        compare: (_, with_) => Promise.resolve(compared.push(with_) > 0),
        close: () => Promise.resolve(),
      },
    })
    expect(await check({ user: 'eve', password: 'x' })).toBe('wrong')
    expect(compared).toEqual([expect.stringMatching(/^\$2b\$09\$[./A-Za-z0-9]{53}$/)])
  })

  it('looks once for many at once, remembers what was right for a while, and forgets it when the hash is another', async () => {
    let time = 0
    let looks = 0
    let known = users
    const check = createLoginCheck({
      users: () => Promise.resolve(known),
      remembered: rememberLogins({ now: () => time }),
      comparer: {
        compare: (password) => {
          looks += 1
          return Promise.resolve(password === 'secret')
        },
        close: () => Promise.resolve(),
      },
    })
    const right = { user: 'ann', password: 'secret' }
    await Promise.all(Array.from({ length: 10 }, () => check(right)))
    expect(await check(right)).toBe('right')
    expect(looks).toBe(1)
    time = 59_999
    await check(right)
    expect(looks).toBe(1)
    time = 60_000
    await check(right)
    expect(looks).toBe(2)
    for (let at = 0; at < 3; at += 1) expect(await check({ user: 'ann', password: 'no' })).toBe('wrong')
    expect(looks).toBe(5)
    known = new Map([['ann', hash.replace('$04$', '$05$')]])
    await check(right)
    expect(looks).toBe(6)
  })

  it('remembers no more logins than it may', () => {
    const remembered = rememberLogins({ most: 2 })
    for (const user of ['a', 'b', 'c']) remembered.add({ user, password: '' }, hash)
    expect(['a', 'b', 'c'].map((user) => remembered.has({ user, password: '' }, hash))).toEqual([false, true, true])
  })

  it('says that it is busy when too many wait', async () => {
    const comparer = compareInThread({ most: 1 })
    onTestFinished(() => comparer.close())
    const [first, second] = await Promise.all([comparer.compare('secret', hash), comparer.compare('secret', hash)])
    expect([first, second]).toEqual([true, 'busy'])
  })
})
