import { isAbsolute } from 'node:path'
import { describe, expect, it } from 'vitest'
import { earlierRootNote, rootFromEnv } from '../src/index.ts'

describe("the root of a user's store", () => {
  it.each([
    [{ LADING_ROOT: '/a', XDG_DATA_HOME: '/b', HOME: '/c' }, '/a'],
    [{ LADING_ROOT: '', XDG_DATA_HOME: '/b', HOME: '/c' }, '/b/lading'],
    [{ XDG_DATA_HOME: 'relative', HOME: '/c' }, '/c/.local/share/lading'],
    [{ HOME: '/c' }, '/c/.local/share/lading'],
  ])('%o puts it at %s', (env, root) => expect(rootFromEnv({ env })).toBe(root))

  it.each(['', 'relative'])('is never below the working directory: HOME=%j', (HOME) =>
    expect(rootFromEnv({ env: { HOME } })).toSatisfy(isAbsolute),
  )

  describe('on Windows', () => {
    const at = (env: Record<string, string>, ...there: readonly string[]): string =>
      rootFromEnv({ env, platform: 'win32', exists: (path) => there.includes(path) })
    const ann = { HOME: '/c', LOCALAPPDATA: String.raw`C:\Users\ann\AppData\Local` }
    const earlier = '/c/.local/share/lading'
    const local = String.raw`C:\Users\ann\AppData\Local\lading`

    it('is below LOCALAPPDATA, unless another place is named or is in use since earlier', () => {
      expect(at(ann)).toBe(local)
      expect(at(ann, local)).toBe(local)
      expect(at(ann, local, earlier)).toBe(local)
      expect(at(ann, earlier)).toBe(earlier)
      expect(at({ ...ann, LADING_ROOT: 'D:/x' }, earlier)).toBe('D:/x')
      expect(at({ ...ann, XDG_DATA_HOME: '/d' })).toBe('/d/lading')
      expect(at({ HOME: '/c', LOCALAPPDATA: 'relative' })).toBe(earlier)
    })

    it('is told to who uses the earlier one', () => {
      expect(earlierRootNote(earlier, { env: ann, platform: 'win32' })).toContain(local)
      expect(earlierRootNote(local, { env: ann, platform: 'win32' })).toBe(undefined)
      expect(earlierRootNote(earlier, { env: ann, platform: 'linux' })).toBe(undefined)
    })
  })
})
