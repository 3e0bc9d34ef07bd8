import { reply, type Reply, type ReplyHeaders } from '../http/message.ts'
import { textContent } from '../state/content.ts'

/**
 * 416 as Go's file server has it. Up to Go 1.22 the blob's own headers stayed on it, its length among them, so that a client
 * waits for bytes that never come.
 *
 * @param headers those of the blob that stay
 */
export function rangeErrorOfGo(
  asked: string,
  { size, headers }: { readonly size: number; readonly headers: ReplyHeaders },
): Reply {
  const [, start = '', end = ''] = /^bytes=(\d+)-(\d+)$/.exec(asked.trim()) ?? []
  const wrong = !asked.startsWith('bytes=') || (end !== '' && Number(end) < Number(start))
  return reply(
    416,
    {
      ...headers,
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      ...(wrong ? {} : { 'content-range': `bytes */${size}` }),
    },
    textContent(wrong ? 'invalid range\n' : 'invalid range: failed to overlap\n'),
  )
}
