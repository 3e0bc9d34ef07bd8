import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createJsonRenderer } from '../src/progress/create-renderer.ts'
import { jsonLine, jsonText } from '../src/text/json-line.ts'
import { events } from './support/events.ts'

describe('events as lines of JSON', () => {
  it('are the events, with the version first', () => {
    const lines: string[] = []
    const renderer = createJsonRenderer({ write: (text) => lines.push(text) })
    renderer.note('Using default tag: latest')
    renderer.event(events.bytes(1, 5))
    renderer.close()
    expect(lines).toEqual([
      `{"v":1,"type":"layer:bytes","current":5,"total":1000,"digest":"sha256:${'0001'.repeat(16)}","id":"000100010001"}\n`,
    ])
  })

  it('lose nothing, are one line each, and move no cursor', () =>
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(
            fc.constantFrom(
              '\u0000',
              '\n',
              '\u001b',
              '\u007f',
              '\u009b',
              '\u200e',
              '\u202e',
              '\u2028',
              '\ufeff',
              '"',
              '\\',
              '\ud800',
            ),
            fc.string({ minLength: 1, maxLength: 1 }),
          ),
        }),
        (text) => {
          const line = jsonLine({ text })
          expect(JSON.parse(line)).toEqual({ text })
          expect(JSON.parse(jsonText({ text }))).toEqual({ text })
          // oxlint-disable-next-line no-control-regex
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/)
        },
      ),
    ))
})
