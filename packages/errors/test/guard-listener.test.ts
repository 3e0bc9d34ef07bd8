import { describe, expect, it } from 'vitest'
import { createHeldFailure, guardListener } from '../src/index.ts'

describe('a guarded listener', () => {
  it('is told everything, and never throws', () => {
    const told: number[] = []
    const failures: unknown[] = []
    const tell = guardListener(
      (number: number) => {
        told.push(number)
        if (number % 2 === 1) throw new Error(`odd: ${number}`)
      },
      (error) => failures.push(error),
    )
    for (const number of [1, 2, 3]) tell(number)
    expect(told).toEqual([1, 2, 3])
    expect(failures).toEqual([new Error('odd: 1'), new Error('odd: 3')])
  })

  it('may be absent', () => {
    expect(guardListener(undefined, () => undefined)()).toBeUndefined()
  })
})

describe('a held failure', () => {
  it('throws the first that was held, once', () => {
    const failure = createHeldFailure()
    failure.release()
    failure.hold('first')
    failure.hold('second')
    expect(() => failure.release()).toThrow('first')
    failure.release()
  })

  it('holds whatever was thrown, nothing included', () => {
    const failure = createHeldFailure()
    failure.hold(undefined)
    let thrown = false
    try {
      failure.release()
    } catch (error) {
      thrown = error === undefined
    }
    expect(thrown).toBe(true)
  })
})
