import { describe, expect, it } from 'vitest'
import { commandNamed } from '../src/command-named.ts'
import { runHere } from './support/run-here.ts'

const options = [
  { long: '--root', required: true },
  { long: '--debug', required: false },
]

describe('the command that words name', () => {
  it.each([
    [['pull', 'images'], 'pull'],
    [['--debug', 'pull', '--root', 'images'], 'pull'],
    [['--root', 'pull', 'images'], 'images'],
    [['--root=pull', 'images'], 'images'],
    [['--root'], undefined],
    [['--unknown', 'pull'], undefined],
    [['-h', 'pull'], undefined],
    [['--', 'pull'], undefined],
    [[], undefined],
  ])('of %j is %s', (argv, named) => {
    expect(commandNamed(argv, options)).toBe(named)
  })

  it('is looked for among all where there is none of that name', async () => {
    const { code, stderr } = await runHere(['--root', 'pull', 'imagess'])
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('Did you mean images?') as string })
  })
})
