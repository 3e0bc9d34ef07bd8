import type { Parts } from './parts.ts'

/** Removing something takes a little space first: a lock, another `index.json`. On a full disk that is the reserve. */
export async function withReserve<T>({ reserve }: Pick<Parts, 'reserve'>, remove: () => Promise<T>): Promise<T> {
  await reserve?.release()
  try {
    return await remove()
  } finally {
    await reserve?.keep()
  }
}
