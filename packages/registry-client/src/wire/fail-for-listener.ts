import type { Concern } from './wire-request.ts'

/** A listener's error is the error of a request that went well; one that failed, or was refused, has its own to tell. */
export const failForListener =
  (releaseFailure: () => void): Concern =>
  (next) =>
  async (request, receive, options) => {
    let refused = false
    await next(
      request,
      (head) => {
        refused = head.status >= 400
        return receive(head)
      },
      options,
    )
    if (!refused) releaseFailure()
  }
