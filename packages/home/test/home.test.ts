import { homedir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { configHome, dataHome, homeDirectory } from '../src/index.ts'

describe('the home directory', () => {
  it('is what HOME says', () => {
    expect(homeDirectory({ HOME: '/home/ann' })).toBe('/home/ann')
  })

  it.each([undefined, '', 'relative/path'])('is the system’s where HOME is %j', (HOME) => {
    expect(homeDirectory({ HOME })).toBe(homedir())
  })
})

describe.each([
  ['XDG_CONFIG_HOME', configHome, '/home/ann/.config'],
  ['XDG_DATA_HOME', dataHome, '/home/ann/.local/share'],
])('the directory of %s', (name, directory, below) => {
  it('is what the variable says', () => {
    expect(directory({ HOME: '/home/ann', [name]: '/elsewhere' })).toBe('/elsewhere')
  })

  it.each([undefined, '', 'relative'])('is below the home directory where it is %j', (value) => {
    expect(directory({ HOME: '/home/ann', [name]: value })).toBe(below)
  })
})
