import type { Parts } from './parts.ts'

/** Removing something takes a little space first: a lock, another `index.json`. On a full disk that is the reserve. */
export async function withReserve<T>(
  { reserve, writable }: Pick<Parts, 'reserve' | 'writable'>,
  remove: () => Promise<T>,
): Promise<T> {
  await writable()
  await reserve.release()
  try {
    return await remove()
  } finally {
    await reserve.keep()
  }
}
