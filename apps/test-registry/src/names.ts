import type { Algorithm, Digest } from '@lading/digest'
import { printable } from '@lading/errors'
import { TestRegistryError } from './error.ts'

// Written here a second time on purpose: a registry that shared the grammar with the client would share its mistakes.
const repository = /^[a-z0-9]+(?:(?:\.|__|_|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|__|_|-+)[a-z0-9]+)*)*$/
const tag = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/
const digest = /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/

/** A repository name as the distribution spec writes it ("Pulling manifests"), at most 255 characters. */
export const isRepositoryName = (text: string): boolean => text.length <= 255 && repository.test(text)

/** A tag: at most 128 characters (same section). */
export const isTag = (text: string): boolean => tag.test(text)

/** A digest this registry can compute: sha256, sha384 or sha512 in lower-case hex. */
export const isDigest = (text: string): text is Digest => digest.test(text)

export const isAlgorithm = (text: string): text is Algorithm =>
  text === 'sha256' || text === 'sha384' || text === 'sha512'

export const algorithmOf = (value: Digest): Algorithm => value.slice(0, value.indexOf(':')) as Algorithm

export interface ImageName {
  readonly repository: string
  readonly tag: string
}

/**
 * `t/app:1` as a repository of the test registry and a tag, `latest` when there is none. There is no domain: the
 * registry's own address takes its place.
 *
 * @throws TestRegistryError `NAME_INVALID`
 */
export function parseImageName(text: string): ImageName {
  const colon = text.lastIndexOf(':')
  const name =
    colon === -1
      ? { repository: text, tag: 'latest' }
      : { repository: text.slice(0, colon), tag: text.slice(colon + 1) }
  if (!isRepositoryName(name.repository) || !isTag(name.tag)) {
    throw new TestRegistryError('NAME_INVALID', `not a repository and tag of the test registry: '${printable(text)}'`, {
      actual: printable(text),
      hint: "write it without a host, as in 'library/alpine:3.20'",
    })
  }
  return name
}
