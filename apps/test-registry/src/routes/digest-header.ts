import type { Digest } from '@lading/digest'
import { digestOf } from '../hash.ts'
import { algorithmOf } from '../names.ts'
import type { Quirks } from '../quirks.ts'

/** `Docker-Content-Digest`. Docker's registry names the sha256 whatever was asked for. */
export function digestHeader(
  asked: Digest,
  bytes: () => Uint8Array,
  { digestHeader: kind }: Quirks,
): Record<string, string> {
  if (kind === 'none') return {}
  return { 'docker-content-digest': kind === 'sha256' && algorithmOf(asked) !== 'sha256' ? digestOf(bytes()) : asked }
}
