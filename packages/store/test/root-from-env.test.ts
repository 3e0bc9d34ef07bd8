import { isAbsolute } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rootFromEnv } from '../src/index.ts'

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
})
