import { describe, expect, it } from 'vitest'
import { fromEnvironment } from '../src/environment.ts'

describe('fromEnvironment', () => {
  it.each([
    [{ LADING_ROOT: '/a', XDG_DATA_HOME: '/b', HOME: '/c' }, '/a'],
    [{ LADING_ROOT: '', XDG_DATA_HOME: '/b', HOME: '/c' }, '/b/lading'],
    [{ XDG_DATA_HOME: 'relative', HOME: '/c' }, '/c/.local/share/lading'],
    [{ HOME: '/c' }, '/c/.local/share/lading'],
  ])('%o puts the store at %s', (env, root) => expect(fromEnvironment(env).root).toBe(root))
})
