import type { Transport } from '../transport.ts'
import type { Take, WireTransport } from './wire-request.ts'

/** The end of the list: speaks to a transport in the words of its contract, and tells it nothing else. */
export const overTransport =
  (transport: Transport): WireTransport =>
  (request, receive, { signal, onStart, onPause } = {}) => {
    const { method, url, headers, body, onSent, elsewhere = false, clearance, within, admission } = request
    const { insecure, tls, connectTimeout, answerTimeout, proxy } = request
    const { addresses } = clearance
    const authorized = request.authorization !== undefined
    let take: Take | undefined
    let naming: Promise<void> | undefined
    onStart?.()
    return transport(
      {
        method,
        url,
        headers,
        body: typeof body === 'function' ? body() : body,
        ...(onSent === undefined ? {} : { onSent }),
        ...(admission?.size === undefined ? {} : { bodySize: admission.size }),
        insecure,
        tls,
        connectTimeout,
        answerTimeout,
        proxy,
        addresses: addresses ?? within,
      },
      {
        head(status, answer) {
          const taker = receive({ status, headers: answer, url, elsewhere, authorized, addresses })
          if (typeof taker !== 'function') return (naming = taker.then((named) => void (take = named)))
          take = taker
          return undefined
        },
        data(chunk, giveBack) {
          // A transport that does not wait for the head's pause.
          if (take === undefined) return naming?.then(() => take?.(chunk, giveBack))
          const wait = take(chunk, giveBack)
          return wait === undefined || onPause === undefined ? wait : pausing(wait, onPause)
        },
      },
      { signal },
    )
  }

/** Tells of the pause that a taker asks for. */
export async function pausing(wait: Promise<void>, onPause: (paused: boolean) => void): Promise<void> {
  onPause(true)
  try {
    await wait
  } finally {
    onPause(false)
  }
}
