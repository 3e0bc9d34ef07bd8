import { failure } from '../http/registry-errors.ts'
import type { Reply } from '../http/message.ts'
import { lingerBytes } from '../http/read-body.ts'
import { StorageFull, type ReceiverMark } from '../state/storage.ts'
import type { Upload } from '../state/uploads.ts'
import type { RouteContext } from './context.ts'
import { where } from './upload-location.ts'

/** A request's right to bring an upload's next bytes, until another request takes it. */
export interface Turn {
  readonly number: number
  /** The upload before this request. */
  readonly before: ReceiverMark
}

/** A client whose connection died comes back before the registry notices; from here on the old request writes nothing. */
export async function beginTurn(upload: Upload): Promise<Turn> {
  upload.turn += 1
  const number = upload.turn
  await Promise.resolve(upload.writing).catch(() => {})
  return { number, before: upload.receiver.mark() }
}

/**
 * Takes the request's body as the next bytes. A chunk out of order is refused with 416 before a byte is read. When the
 * connection breaks, what came stays.
 */
export async function append(
  context: RouteContext,
  upload: Upload,
  turn: Turn,
  { last = false }: { readonly last?: boolean } = {},
): Promise<Reply | undefined> {
  const { limits, quirks, request } = context
  const { receiver } = upload
  const header = request.headers['content-range']
  const range = header === undefined || quirks.chunkOrder === false ? undefined : /^(?:bytes )?(\d+)-(\d+)/.exec(header)
  const bare = quirks.chunkOrder === 'bare'
  if (bare && range === null) return failure('UNKNOWN')
  const outOfOrder = (): Reply =>
    bare
      ? failure('RANGE_INVALID')
      : failure(
          'BLOB_UPLOAD_INVALID',
          { range: header, have: receiver.size },
          { status: 416, headers: where(context, upload) },
        )
  if (range === null || (range !== undefined && Number(range[1]) !== receiver.size)) return outOfOrder()
  let received = 0
  let full: Reply | undefined
  try {
    for await (const chunk of request.body) {
      if (upload.turn !== turn.number) return outOfOrder()
      received += chunk.length
      if (full === undefined) full = await write(chunk)
      else if (received > lingerBytes) break
    }
  } finally {
    if (upload.turn === turn.number) await receiver.rest()
  }
  if (full !== undefined) return full
  if (range !== undefined && Number(range[2]) - Number(range[1]) + 1 !== received)
    return await undone(failure('SIZE_INVALID', { range: header }))
  return await tooShort()

  async function write(chunk: Uint8Array): Promise<Reply | undefined> {
    if (receiver.size + chunk.length > limits.blobBytes)
      return await undone(
        failure('SIZE_INVALID', `larger than ${limits.blobBytes} bytes`, {
          status: 413,
          headers: { connection: 'close' },
        }),
      )
    try {
      upload.writing = receiver.write(chunk)
      await upload.writing
      return undefined
    } catch (error) {
      if (!(error instanceof StorageFull)) throw error
      return await undone(failure('UNAVAILABLE', error.message, { status: 507, headers: { connection: 'close' } }))
    }
  }

  async function undone(answer: Reply): Promise<Reply> {
    await receiver.rewind(turn.before)
    await receiver.rest()
    return answer
  }

  /** Only the last chunk may have less than the least, so the one after a short one is one too many. */
  async function tooShort(): Promise<Reply | undefined> {
    if (quirks.chunkMinBytes === undefined || received === 0) return undefined
    if (upload.hasLast)
      return await undone(failure('SIZE_INVALID', `a chunk had fewer than ${quirks.chunkMinBytes} bytes`))
    upload.hasLast = !last && received < quirks.chunkMinBytes
    return undefined
  }
}
