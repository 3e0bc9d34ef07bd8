import type { Origin } from '@lading/content'

/** `docker.io/library/alpine`: the repository `library/alpine` at `docker.io`. */
export function originOf(name: string): Origin {
  const slash = name.indexOf('/')
  return { host: name.slice(0, slash), repository: name.slice(slash + 1) }
}
