/** Passes chunks, or something else, from one side that is called to another that asks, one at a time. */
export interface Handover<T extends object = Uint8Array> {
  /** Resolves when the chunk was taken. */
  readonly give: (chunk: T) => Promise<void>
  /** `undefined`: the end. */
  readonly take: () => Promise<T | undefined>
  readonly end: () => void
  readonly fail: (error: unknown) => void
  /** Nobody takes any more: what is given is dropped. */
  readonly leave: () => void
}

export function createHandover<T extends object = Uint8Array>(): Handover<T> {
  let offered: { readonly chunk: T; readonly taken: () => void } | undefined
  let wanted:
    | { readonly resolve: (chunk: T | undefined) => void; readonly reject: (error: unknown) => void }
    | undefined
  let outcome: { readonly error?: unknown } | undefined
  let left = false

  const finish = (given: { readonly error?: unknown }): void => {
    outcome = given
    const waiting = wanted
    wanted = undefined
    if (waiting === undefined) return
    if ('error' in given) waiting.reject(given.error)
    else waiting.resolve(undefined)
  }
  return {
    give(chunk) {
      if (left) return Promise.resolve()
      if (wanted !== undefined) {
        wanted.resolve(chunk)
        wanted = undefined
        return Promise.resolve()
      }
      return new Promise((resolve) => {
        offered = { chunk, taken: resolve }
      })
    },
    take() {
      if (offered !== undefined) {
        const { chunk, taken } = offered
        offered = undefined
        taken()
        return Promise.resolve(chunk)
      }
      if (outcome !== undefined) return 'error' in outcome ? Promise.reject(outcome.error) : Promise.resolve(undefined)
      return new Promise((resolve, reject) => {
        wanted = { resolve, reject }
      })
    },
    end: () => finish({}),
    fail: (error) => finish({ error }),
    leave() {
      left = true
      offered?.taken()
      offered = undefined
    },
  }
}
