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

describe('the home directory on Windows', () => {
  const at = (env: Record<string, string>): string => homeDirectory(env, { platform: 'win32' })
  const ann = String.raw`C:\Users\ann`

  it('is what USERPROFILE says, as for docker and podman, whatever a shell sets HOME to', () => {
    expect(at({ USERPROFILE: ann, HOME: String.raw`D:\msys\home\ann` })).toBe(ann)
    expect(at({ USERPROFILE: 'relative', HOME: ann })).toBe(ann)
  })

  it('has the XDG directories below it', () => {
    const platform = 'win32'
    expect(configHome({ USERPROFILE: ann }, { platform })).toBe(String.raw`C:\Users\ann\.config`)
    expect(dataHome({ USERPROFILE: ann }, { platform })).toBe(String.raw`C:\Users\ann\.local\share`)
    expect(dataHome({ USERPROFILE: ann, XDG_DATA_HOME: 'D:/data' }, { platform })).toBe('D:/data')
  })
})

describe.each([
  ['XDG_CONFIG_HOME', configHome, '/home/ann/.config'],
  ['XDG_DATA_HOME', dataHome, '/home/ann/.local/share'],
])('the directory of %s', (name, directory, below) => {
  it('is what the variable says', () => {
    expect(directory({ HOME: '/home/ann', [name]: '/elsewhere' }, { platform: 'linux' })).toBe('/elsewhere')
  })

  it.each([undefined, '', 'relative'])('is below the home directory where it is %j', (value) => {
    expect(directory({ HOME: '/home/ann', [name]: value }, { platform: 'linux' })).toBe(below)
  })
})
