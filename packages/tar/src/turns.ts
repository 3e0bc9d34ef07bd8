/** Runs tasks one after the other; a task starts synchronously if no other one runs. */
export interface Turns {
  take<T>(work: () => T | Promise<T>): Promise<T>
}

export function createTurns(): Turns {
  let last: Promise<unknown> | undefined

  function keep<T>(outcome: Promise<T>): Promise<T> {
    const isOver = (): void => {
      if (last === outcome) last = undefined
    }
    last = outcome
    outcome.then(isOver, isOver)
    return outcome
  }

  return {
    take(work) {
      if (last !== undefined) return keep(last.then(work, work))
      try {
        const outcome = work()
        return outcome instanceof Promise ? keep(outcome) : Promise.resolve(outcome)
      } catch (error) {
        return Promise.reject(error)
      }
    },
  }
}
