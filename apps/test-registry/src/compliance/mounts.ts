import { checksOf, Unsupported, type Check } from './check.ts'
import { blobData, digestOf, textBytes } from './documents.ts'
import { sameBytes, status } from './expectations.ts'
import type { Answer } from './http.ts'
import type { Target } from './target.ts'

const push = checksOf('push')

const mount = (target: Target, query: string): Promise<Answer> =>
  target.at(`/blobs/uploads/?${query}`, { method: 'POST', headers: { 'content-length': '0' } })

export const mountChecks: readonly Check[] = [
  push('mount: from another repository', async (target) => {
    const digest = await target.pushBlob(blobData)
    const other = target.other()
    const answer = await mount(other, `mount=${digest}&from=${target.repository}`)
    if (answer.status === 202) throw new Unsupported('nothing was mounted')
    status(answer, 201)
    sameBytes(await other.at(other.location(answer)), blobData)
  }),
  push(
    'mount: without from',
    async (target) => {
      const digest = await target.pushBlob(blobData)
      const other = target.other()
      const answer = await mount(other, `mount=${digest}`)
      if (answer.status === 202) throw new Unsupported('nothing was mounted')
      status(answer, 201)
      sameBytes(await other.at(other.location(answer)), blobData)
    },
    { since: '1.1' },
  ),
  push('mount: of what is not there opens a session that works', async (target) => {
    const bytes = textBytes(`absent from ${target.repository}`)
    const digest = digestOf(bytes)
    const answer = await mount(target, `mount=${digest}&from=${target.other().repository}`)
    status(answer, 202)
    status(
      await target.at(target.location(answer, { digest }), {
        method: 'PUT',
        body: bytes,
        headers: { 'content-type': 'application/octet-stream' },
      }),
      201,
    )
    sameBytes(await target.at(`/blobs/${digest}`), bytes)
  }),
]
