import type { Site } from './site.ts'

/** A URL of the API at an endpoint, for `manifests/latest` in a repository, say. The text is known to be safe in a URL. */
export function repositoryUrl({ base, path, api = '/v2', namespace }: Site, what: string): URL {
  const url = new URL(`${base}${api}/${path}/${what}`)
  if (namespace !== undefined) url.searchParams.set('ns', namespace)
  return url
}
