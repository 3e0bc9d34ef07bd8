import type { Digest } from '@lading/digest'
import type { PullEvent } from '@lading/distribution'

export const digestOf = (number: number): Digest => `sha256:${number.toString(16).padStart(4, '0').repeat(16)}`
const layer = (number: number): { digest: Digest; id: string } => ({
  digest: digestOf(number),
  id: digestOf(number).slice(7, 19),
})

/** The events of a pull, in short. */
export const events = {
  resolve: (id = 'latest', path = 'library/alpine'): PullEvent => ({
    type: 'resolve',
    reference: `docker.io/${path}:${id}`,
    id,
    path,
  }),
  pulling: (number: number, size = 1000): PullEvent => ({ type: 'layer:pulling', size, ...layer(number) }),
  waiting: (number: number): PullEvent => ({ type: 'layer:waiting', ...layer(number) }),
  exists: (number: number): PullEvent => ({ type: 'layer:exists', ...layer(number) }),
  bytes: (number: number, current: number, total = 1000): PullEvent => ({
    type: 'layer:bytes',
    current,
    total,
    ...layer(number),
  }),
  resume: (number: number, offset: number, total = 1000): PullEvent => ({
    type: 'layer:resume',
    offset,
    total,
    ...layer(number),
  }),
  retry: (number: number, seconds: number, attempt = 1): PullEvent => ({
    type: 'layer:retry',
    attempt,
    seconds,
    code: 'CONNECTION_LOST',
    message: 'the connection was lost',
    ...layer(number),
  }),
  verifying: (number: number): PullEvent => ({ type: 'layer:verifying', ...layer(number) }),
  verified: (number: number): PullEvent => ({ type: 'layer:verified', ...layer(number) }),
  extracting: (number: number, current: number, total = 1000): PullEvent => ({
    type: 'layer:extracting',
    current,
    total,
    ...layer(number),
  }),
  inflating: (number: number, current: number, total = 1000): PullEvent => ({
    type: 'layer:extracting',
    current,
    total,
    arriving: true,
    ...layer(number),
  }),
  complete: (number: number): PullEvent => ({ type: 'layer:complete', ...layer(number) }),
  digest: (): PullEvent => ({ type: 'digest', digest: digestOf(0), reference: 'docker.io/library/alpine:latest' }),
  status: (): PullEvent => ({ type: 'status', status: 'downloaded', reference: 'alpine:latest' }),
  warning: (message: string): PullEvent => ({ type: 'warning', code: 'X', message }),
} as const
