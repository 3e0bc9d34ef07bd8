import { describe, expect, it } from 'vitest'
import { isNameOnWindows } from '../src/text/name-on-windows.ts'
import { parseCopyPlace } from '../src/actions/copy-place.ts'

describe('names of files on Windows', () => {
  it.each([
    'con',
    'NUL',
    'nul.txt',
    'aux .x',
    'COM1',
    'lpt9.tar',
    'com\u00B9',
    'CONIN$',
    'a:',
    'a.',
    'a ',
    'a?',
    'a\\b',
    'a\nb',
    '',
  ])('%j is none', (name) => expect(isNameOnWindows(name)).toBe(false))
  it.each(['console', 'null', 'com', 'com10', 'a.nul', '.wh.a', 'ünï', 'two words', 'auxiliary.txt'])(
    '%j is one',
    (name) => expect(isNameOnWindows(name)).toBe(true),
  )
})

describe('places with a drive', () => {
  it.each([
    ['oci:C:\\two words\\x:1', 'win32', 'C:\\two words\\x', '1'],
    ['oci-archive:d:/x.tar', 'win32', 'd:/x.tar', undefined],
    ['oci:c:1', 'win32', 'c', '1'],
    ['oci:c:/x', 'linux', 'c', '/x'],
  ] as const)('%s on %s', (text, platform, path, name) =>
    expect(parseCopyPlace(text, { platform })).toMatchObject({ path, name }),
  )
})
