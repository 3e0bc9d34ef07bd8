import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { namedEffects } from '../src/faults/named-effects.ts'
import { parseFaults, startTestRegistry, TestRegistryError } from '../src/index.ts'

const messageOf = (text: string): string => {
  try {
    parseFaults(text)
    return 'accepted'
  } catch (error) {
    if (!(error instanceof TestRegistryError)) throw error
    expect(error.code).toBe('FAULT_INVALID')
    expect(error.hint).toBeTruthy()
    return error.message
  }
}

const actions =
  'status, headers, body, retryAfter, dateSkewSeconds, content, extraBytes, members, redirect, expiresInMs, hops, realm, raw, delayMs, bytesPerSecond, headBytesPerSecond, requestBytesPerSecond'
const choices = `${Object.keys(namedEffects).join(', ')}, or an object with ${actions}`

describe('a fault script', () => {
  test('is an array of faults, or one', () => {
    expect(
      parseFaults(
        '[{"on":"blob","nth":1,"afterBytes":1000,"then":"reset"},{"on":"any","then":{"status":503,"retryAfter":1}}]',
      ),
    ).toHaveLength(2)
    expect(parseFaults('{"on":"blob","then":"reset"}')).toEqual([{ on: 'blob', then: 'reset' }])
  })

  test.each([
    ['{', 'the fault script is not JSON'],
    ['{}', "a fault needs 'on'"],
    ['1', 'a fault is an object'],
    ['[1]', 'fault 1 of the script: a fault is an object'],
    ['[{"on":"blob"}]', "fault 1 of the script: a fault needs 'then'"],
    [
      '[{"on":"blob","then":"reset"},{"on":"blobs","then":"reset"}]',
      `fault 2 of the script: not a fault's 'on': "blobs"; there are ping, manifest, blob, upload, tags, catalog, referrers, token, cdn, any`,
    ],
    ['[{"on":"blob","then":"rest"}]', `fault 1 of the script: not a fault's 'then': "rest"; there are ${choices}`],
    ['{"on":"blob","then":"toString"}', `not a fault's 'then': "toString"; there are ${choices}`],
    ['{"on":"blob","then":{}}', `not a fault's 'then': {}; there are ${actions}`],
    ['{"on":"blob","then":{"status":99}}', `not a fault's 'then': {"status":99}: its 'status'`],
    [
      '{"on":"blob","then":{"stauts":503}}',
      `not a fault's 'then': {"stauts":503}: there is no 'stauts'; there are ${actions}`,
    ],
    ['[{"on":"blob","then":"truncate"}]', "fault 1 of the script: 'truncate' needs 'afterBytes'"],
    ['[{"on":"blob","after":1,"then":"reset"}]', "fault 1 of the script: a fault has no member 'after'"],
    ['[{"on":"blob","nth":0,"then":"reset"}]', "fault 1 of the script: not a fault's 'nth': 0"],
    [
      '[{"on":"blob","\\u001b[2J":1,"then":"reset"}]',
      String.raw`fault 1 of the script: a fault has no member '\x1b[2J'`,
    ],
  ])('%s', (text, message) => {
    expect(messageOf(text)).toBe(message)
  })

  test('any text is accepted or refused with a message, never worse', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(messageOf(text)).toBeTypeOf('string')
      }),
    )
    const member = fc.constantFrom(
      'on',
      'then',
      'nth',
      'from',
      'times',
      'probability',
      'afterBytes',
      'method',
      '__proto__',
    )
    fc.assert(
      fc.property(fc.array(fc.dictionary(member, fc.jsonValue())), (script) => {
        expect(messageOf(JSON.stringify(script))).toBeTypeOf('string')
      }),
    )
  })

  test('a wrong fault is refused when the registry starts', async () => {
    await expect(startTestRegistry({ faults: [{ on: 'blob', then: 'rest' as 'reset' }] })).rejects.toMatchObject({
      code: 'FAULT_INVALID',
    })
  })
})
