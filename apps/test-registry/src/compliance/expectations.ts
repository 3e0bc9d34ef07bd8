import assert from 'node:assert/strict'
import { errorCode, type Answer } from './http.ts'

/** Node's comparison of typed arrays prints them whole; two digests' worth of text would say more. */
export function sameBytes(answer: Answer, expected: Uint8Array): void {
  assert.ok(answer.whole, 'the body is readable to its end')
  assert.ok(
    Buffer.compare(answer.body, expected) === 0,
    `the body is other than what was pushed: ${answer.body.length} bytes instead of ${expected.length}, or of another content`,
  )
}

export function status(answer: Answer, ...expected: readonly number[]): void {
  assert.ok(
    expected.includes(answer.status),
    `status ${answer.status}, expected ${expected.join(' or ')}: ${new TextDecoder().decode(answer.body.subarray(0, 200))}`,
  )
}

/** An error with one of the spec's codes, where there is a JSON body at all. */
export function failed(answer: Answer, statuses: readonly number[], ...codes: readonly string[]): void {
  status(answer, ...statuses)
  assert.ok(answer.whole, 'the answer is readable to its end')
  const code = errorCode(answer)
  assert.ok(code !== undefined && codes.includes(code), `error code ${code}, expected ${codes.join(' or ')}`)
}
