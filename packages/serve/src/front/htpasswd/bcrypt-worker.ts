import { compare } from 'bcryptjs'
import { parentPort } from 'node:worker_threads'

/** A password to be held against a hash. */
export interface Comparison {
  readonly id: number
  readonly password: string
  readonly hash: string
}

/** What came of it. */
export interface Compared {
  readonly id: number
  readonly equal: boolean
}

function serve(port: NonNullable<typeof parentPort>): void {
  const say = (message: Compared): void => port.postMessage(message)
  port.on('message', ({ id, password, hash }: Comparison) => {
    void compare(password, hash)
      .catch(() => false)
      .then((equal) => say({ id, equal }))
  })
}

// Imported by anything but a worker, this file does nothing.
if (parentPort !== null) serve(parentPort)
