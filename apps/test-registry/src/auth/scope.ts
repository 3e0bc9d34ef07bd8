import type { Route } from '../route.ts'

export interface Scope {
  readonly type: string
  readonly name: string
  readonly actions: readonly string[]
}

/** `type[(class)]:name:action[,action]` (distribution scope.md). A name may hold a colon, so both ends are cut off. */
export function parseScope(text: string): Scope | undefined {
  const match = /^([a-z]+)(?:\([a-z]+\))?:(.+):([a-z*,]*)$/.exec(text)
  if (match === null) return undefined
  return {
    type: match[1] ?? '',
    name: match[2] ?? '',
    actions: (match[3] ?? '').split(',').filter((action) => action !== ''),
  }
}

export const formatScope = ({ type, name, actions }: Scope): string => `${type}:${name}:${actions.join(',')}`

/** What a request needs. `/v2/` needs a token, any token. */
export function neededScope(route: Route, method: string): Scope | undefined {
  if (route.kind === 'catalog') return { type: 'registry', name: 'catalog', actions: ['*'] }
  if (route.repository === undefined) return undefined
  const actions =
    method === 'GET' || method === 'HEAD'
      ? route.kind === 'upload'
        ? ['pull', 'push']
        : ['pull']
      : method === 'DELETE' && route.kind !== 'upload'
        ? ['delete']
        : ['pull', 'push']
  return { type: 'repository', name: route.repository, actions }
}

export function covers(granted: readonly Scope[], needed: Scope): boolean {
  const actions = new Set(
    granted.filter(({ type, name }) => type === needed.type && name === needed.name).flatMap((scope) => scope.actions),
  )
  return actions.has('*') || needed.actions.every((action) => actions.has(action))
}
