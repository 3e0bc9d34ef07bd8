import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { needs } from '../../../test/support/needs.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

async function script(shell: string): Promise<string> {
  const { code, stdout, stderr } = await runHere(['completion', shell])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

async function check(shell: string): Promise<unknown> {
  const file = join(await temporaryDirectory(), 'script')
  writeFileSync(file, await script(shell))
  return spawnSync(shell, ['-n', file], { encoding: 'utf8' })
}
const fine = { status: 0, stderr: '' }

// Bash splits words at colons, so an image is several of them.
async function complete(...words: string[]): Promise<string[]> {
  return ask(
    'bash',
    `COMP_WORDS=(lading ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _lading; printf '%s\\n' "\${COMPREPLY[@]}"`,
  )
}

/** What the shell answers, with the script loaded and a `lading` that knows three images. */
async function ask(shell: string, question: string): Promise<string[]> {
  const directory = await temporaryDirectory()
  writeFileSync(
    join(directory, 'lading'),
    '#!/bin/sh\n[ "$1" = __names ] && printf "alpine:3\\nalpine:latest\\nbusybox:1\\n"\n',
  )
  chmodSync(join(directory, 'lading'), 0o755)
  const env = { ...process.env, HOME: directory, PATH: `${directory}:${process.env['PATH']}` }
  return execFileSync(shell, ['-c', `${await script(shell)}\n${question}`], { encoding: 'utf8', env })
    .split('\n')
    .filter((line) => line !== '')
}

describe('completion for bash', needs('bash'), () => {
  it('parses', async () => expect(await check('bash')).toMatchObject(fine))

  it.each([
    [['pul'], ['pull']],
    [['im'], ['images', 'image']],
    [['image', 'r'], ['rm']],
    [['pull', '--prog'], ['--progress']],
    [
      ['pull', '--progress', ''],
      ['auto', 'tty', 'plain', 'json'],
    ],
    [['image', 'pull', '--verify', 'd'], ['digest']],
    [['completion', 'f'], ['fish']],
    [['--debug', 'rm'], ['rmi']],
    [
      ['rmi', 'al'],
      ['alpine:3', 'alpine:latest'],
    ],
    [['rmi', 'alpine', ':', 'l'], ['latest']],
    [
      ['rmi', 'alpine', ':'],
      [':3', ':latest'],
    ],
    [['pull', '--platform', ''], []],
    [['load', '-i', '/etc/host'], expect.arrayContaining(['/etc/hosts'])],
    [['--root', '/et', 'images'].slice(0, 2), ['/etc']],
    [['unpack', 'alpine', '/et'], ['/etc']],
    [['unpack', 'busy'], ['busybox:1']],
    [['copy', 'alpine', '/etc/host'], expect.arrayContaining(['/etc/hosts'])],
    [['save', '-o', '/et'], ['/etc']],
  ])('completes %j with %j', async (words, completions) => expect(await complete(...words)).toEqual(completions))
})

describe('completion for zsh and fish', () => {
  it('parses in zsh', needs('zsh'), async () => expect(await check('zsh')).toMatchObject(fine))
  it('parses in fish', needs('fish'), async () => expect(await check('fish')).toMatchObject(fine))

  it.each([
    ['pul', ['pull']],
    ['--root /tmp rm', ['rmi']],
    ['image r', ['rm']],
    ['pull --verify d', ['digest']],
    ['rmi al', ['alpine:3', 'alpine:latest']],
    ['pull al', []],
    ['load -i /etc/hostnam', ['/etc/hostname']],
    ['cp alpine:/a /et', ['/etc/']],
  ])('completes %j in fish', needs('fish'), async (line, completions) => {
    const answer = await ask('fish', `complete -C 'lading ${line}'`)
    expect(answer.map((word) => word.split('\t')[0])).toEqual(completions)
  })

  it('offers every command and option', async () => {
    const [zsh, fish] = await Promise.all([script('zsh'), script('fish')])
    expect(zsh).toContain("'pull:download an image from a registry'")
    expect(zsh).toContain("'--progress[how to show progress]:value:(auto tty plain json)'")
    expect(fish).toContain(
      `complete -c lading -n '__lading_at \\'pull\\'' -l progress -x -a 'auto tty plain json' -d 'how to show progress'`,
    )
    expect(fish).not.toContain('__names -d')
    expect(zsh).toMatch(/'--input\[[^\]]+\]:file:_files'/)
    expect(zsh).toContain("'*:argument:{ _lading_names; _files -/ }'")
  })
})
