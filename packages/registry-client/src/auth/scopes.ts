import { isRepositoryPath } from '@lading/reference'

/** To read a repository's manifests, blobs, tags and referrers. */
export const pullScope = (repository: string): string => `repository:${repository}:pull`

/** To push to a repository and, for a mount, to read the one that has the blob already. */
export const pushScope = (repository: string, from?: string): string =>
  `repository:${repository}:pull,push${from === undefined ? '' : ` ${pullScope(from)}`}`

/** To delete manifests, tags and blobs. */
export const deleteScope = (repository: string): string => `repository:${repository}:pull,delete`

/** To list a registry's repositories. */
export const catalogScope = 'registry:catalog:*'

const form = /^([a-z]+(?:\([a-z]+\))?:.+):([a-z*,]*)$/
const actions: ReadonlySet<string> = new Set(['pull', 'push', 'delete', '*'])

/**
 * The scopes with what a challenge asks for beyond them, of the same resources and no others: registries differ in what
 * they want to see for a deletion (distribution's auth/scope.md leaves it to them).
 *
 * @param renames the registry may know the repository by another name, as mirrors do that rewrite paths: the first other
 * repository that it asks for is asked for too, to pull from
 */
export function widenScope(scopes: string, asked: string, { renames = false }: { renames?: boolean } = {}): string {
  const wanted = new Map(asked.split(' ').flatMap((scope) => splitScope(scope) ?? []))
  const own = new Set(scopes.split(' ').map((scope) => splitScope(scope)?.[0][0]))
  const other = renames
    ? [...wanted].find(([resource, what]) => pullable(resource) && what.includes('pull') && !own.has(resource))
    : undefined
  return [...widenOwn(scopes, wanted), ...(other === undefined ? [] : [`${other[0]}:pull`])].join(' ')
}

const pullable = (resource: string): boolean =>
  resource.startsWith('repository:') && isRepositoryPath(resource.slice('repository:'.length))

function widenOwn(scopes: string, wanted: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return scopes.split(' ').map((scope) => {
    const [resource = '', own = []] = splitScope(scope)?.[0] ?? []
    const more = (wanted.get(resource) ?? []).filter((action) => actions.has(action) && !own.includes(action))
    return more.length === 0 ? scope : `${resource}:${[...own, ...more].join(',')}`
  })
}

function splitScope(scope: string): [[resource: string, actions: readonly string[]]] | undefined {
  const match = form.exec(scope)
  return match === null ? undefined : [[match[1] ?? '', (match[2] ?? '').split(',')]]
}
