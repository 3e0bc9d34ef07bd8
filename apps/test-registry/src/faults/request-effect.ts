import type { FaultAction, StatusAction } from './fault-action.ts'
import { RequestCut, type Effect } from './effect.ts'
import { statusReply } from './status-reply.ts'

/** What may happen inside a request's body. */
export const isRequestAction = (action: FaultAction): action is 'reset' | 'close' | 'stall' | 'flip' | StatusAction =>
  typeof action === 'string' ? ['reset', 'close', 'stall', 'flip'].includes(action) : 'status' in action

export function requestEffect(action: FaultAction, at: number): Effect {
  if (!isRequestAction(action)) return {}
  if (action === 'flip')
    return { request: (request, changed) => ({ ...request, body: flippedBody(request.body, at, changed) }) }
  const how: RequestCut['how'] =
    typeof action === 'string'
      ? action
      : (context) => ({
          ...statusReply(action, context),
          headers: { ...statusReply(action, context).headers, connection: 'close' },
        })
  return {
    request: (request, changed) => ({
      ...request,
      body: cutBody(request.body, at, () => {
        changed()
        return new RequestCut(how)
      }),
    }),
  }
}

async function* cutBody(body: AsyncIterable<Uint8Array>, at: number, cut: () => RequestCut): AsyncIterable<Uint8Array> {
  let come = 0
  for await (const chunk of body) {
    if (come + chunk.length >= at) {
      if (at > come) yield chunk.subarray(0, at - come)
      throw cut()
    }
    come += chunk.length
    yield chunk
  }
}

async function* flippedBody(
  body: AsyncIterable<Uint8Array>,
  at: number,
  changed: () => void,
): AsyncIterable<Uint8Array> {
  let come = 0
  for await (const chunk of body) {
    const place = at - come
    come += chunk.length
    if (place < 0 || place >= chunk.length) {
      yield chunk
    } else {
      changed()
      const copy = Uint8Array.from(chunk)
      copy[place] = (copy[place] ?? 0) ^ 1
      yield copy
    }
  }
}
