import { readFileSync } from 'node:fs'
import { LadingError } from '@lading/errors'
import { describe, expect, it } from 'vitest'
import { exitCodes } from '../src/exit-codes.ts'
import { exitCodeOf } from '../src/exit-code-of.ts'
import { reportError } from '../src/process/report-error.ts'
import { fakeTerminal } from './support/fake-terminal.ts'

function report(error: unknown, debug = false): string {
  const terminal = fakeTerminal()
  reportError(error, terminal, { debug })
  return terminal.written.join('')
}

describe('exit codes', () => {
  it.each([
    [new LadingError('REFERENCE_INVALID', 'x'), 2],
    [new LadingError('MANIFEST_UNKNOWN', 'x'), 3],
    [new LadingError('NOT_FOUND', 'x', { host: 'h', status: 404 }), 3],
    [new LadingError('NOT_FOUND', 'x', { path: '/p' }), 7],
    [new LadingError('UNAUTHORIZED', 'x'), 4],
    [new LadingError('CONNECTION_REFUSED', 'x'), 5],
    [new LadingError('DIFF_ID_MISMATCH', 'x'), 6],
    [new LadingError('NO_SPACE', 'x'), 7],
    [new LadingError('SOMETHING_ELSE', 'x'), 1],
    [new Error('x'), 1],
  ])('%s is %d', (error, code) => expect(exitCodeOf(error)).toBe(code))

  it('are the ones of the README', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const listed = [...readme.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
    expect(listed).toEqual(Object.values(exitCodes).toSorted((one, other) => one - other))
  })
})

describe('an error', () => {
  it('is one line and a hint, without a stack', () => {
    expect(
      report(
        new LadingError('X', 'manifest for alpine:9 not found', {
          hint: 'check the tag',
          reference: 'docker.io/library/alpine:9',
        }),
      ),
    ).toBe('lading: manifest for alpine:9 not found\nhint: check the tag\n')
  })

  it('names reference and host when its message does not', () => {
    expect(report(new LadingError('X', 'refused', { reference: 'ghcr.io/acme/app:1', host: 'ghcr.io' }))).toBe(
      'lading: refused (ghcr.io/acme/app:1 at ghcr.io)\n',
    )
    expect(
      report(
        new LadingError('X', 'cannot pull ghcr.io/acme/app:1', { reference: 'ghcr.io/acme/app:1', host: 'ghcr.io' }),
      ),
    ).toBe('lading: cannot pull ghcr.io/acme/app:1\n')
  })

  it('cannot move the cursor or add lines', () => {
    expect(report(new LadingError('X', 'a\n\u001b[31mb', { hint: 'c\nd' }))).toBe(
      'lading: a\\x0a\\x1b[31mb\nhint: c\\x0ad\n',
    )
  })

  it('of nobody’s making asks for a report, and keeps secrets', () => {
    expect(report(new TypeError('x of https://me:hunter2@host/'))).toMatch(
      /^lading: x of https:\/\/\*\*\*@host\/\nhint: this is a bug in lading: .*--debug/,
    )
  })

  it('shows its stack, code and causes with --debug, also when they go round in a circle', () => {
    const cause: Error & { code?: string } = Object.assign(new Error('ECONNREFUSED 127.0.0.1:1'), {
      code: 'ECONNREFUSED',
    })
    const error = new LadingError('CONNECTION_REFUSED', 'refused', { host: 'h', cause })
    cause.cause = error
    const text = report(error, true)
    expect(text).toContain('error: LadingError [CONNECTION_REFUSED]: refused {"host":"h"}\n')
    expect(text).toContain('cause: Error [ECONNREFUSED]: ECONNREFUSED 127.0.0.1:1\n')
    expect(text.match(/^ {4}at /gm)?.length).toBeGreaterThan(2)
  })
})
