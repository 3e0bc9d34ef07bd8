import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { needs } from '../../../test/support/needs.ts'
import { readAll } from './support/read.ts'

const long = `${'d'.repeat(60)}/${'e'.repeat(60)}/${'f'.repeat(90)}`

function tree(): string {
  const directory = mkdtempSync(join(tmpdir(), 'lading-tar-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, 'a'), 'hello\n')
  chmodSync(join(directory, 'a'), 0o640)
  linkSync(join(directory, 'a'), join(directory, 'b'))
  symlinkSync('f'.repeat(150), join(directory, 'c'))
  mkdirSync(join(directory, long, '..'), { recursive: true })
  writeFileSync(join(directory, long), 'x'.repeat(3000))
  return directory
}

it.each(['v7', 'oldgnu', 'gnu', 'ustar', 'pax'])('what GNU tar writes as %s is read', needs('tar'), (format) => {
  const directory = tree()
  // The oldest format has no room for long names.
  const names = format === 'v7' ? ['a', 'b'] : format === 'ustar' ? ['a', 'b', long] : ['a', 'b', 'c', long]
  const archive = execFileSync('tar', ['-c', `--format=${format}`, '--sort=name', '-C', directory, ...names])
  const entries = readAll(archive)
  expect(entries.map(({ path, type, body }) => [path, type, body.length])).toEqual(
    [
      ['a', 'file', 6],
      ['b', 'link', 0],
      ['c', 'symlink', 0],
      [long, 'file', 3000],
    ].filter(([name]) => names.includes(String(name))),
  )
  expect(entries[0]).toMatchObject({ mode: 0o640, uid: process.getuid?.(), body: Buffer.from('hello\n') })
  expect(entries[1]?.linkName).toEqual(new TextEncoder().encode('a'))
})

it('GNU tar lists what writeTar writes, without a word of complaint', needs('tar'), async () => {
  const { writeTar } = await import('@lading/tar')
  const parts: Uint8Array[] = []
  const written = writeTar([
    { name: 'etc/', type: 'directory' },
    { name: long, body: Buffer.alloc(1000, 1), xattrs: new Map([['user.a', Buffer.from('b')]]) },
    { name: 'l', type: 'link', linkName: long },
    { name: 's', type: 'symlink', linkName: 'y'.repeat(300), mtime: { seconds: -1, nanoseconds: 5 } },
  ])
  for await (const chunk of written) parts.push(chunk)
  const { stdout, stderr, status } = spawnSync('tar', ['-t'], { input: Buffer.concat(parts), encoding: 'utf8' })
  expect({ stdout, stderr, status }).toEqual({ stdout: `etc/\n${long}\nl\ns\n`, stderr: '', status: 0 })
})
