import type { AuthOptions, AuthRule, BearerOptions } from './auth-options.ts'

/** One `AuthOptions` is a rule for everything. */
export const rulesOf = (auth: AuthOptions | readonly AuthRule[]): readonly AuthRule[] =>
  Array.isArray(auth) ? (auth as readonly AuthRule[]) : [auth as AuthRule]

/** Whether a rule is for a repository, or for what belongs to none. */
export function isFor({ repositories }: AuthRule, repository: string | undefined): boolean {
  if (repositories === undefined) return true
  if (repository === undefined) return false
  return [repositories]
    .flat()
    .some((pattern) => (pattern.endsWith('*') ? repository.startsWith(pattern.slice(0, -1)) : repository === pattern))
}

/** The ways to get tokens that a rule has. */
export const bearersIn = (rule: AuthOptions): readonly BearerOptions[] =>
  rule.kind === 'bearer'
    ? [rule]
    : rule.kind === 'several'
      ? rule.schemes.filter((scheme) => scheme.kind === 'bearer')
      : []

export const needsCertificate = (rule: AuthOptions): boolean =>
  rule.kind === 'certificate' || (rule.kind === 'several' && rule.schemes.some(({ kind }) => kind === 'certificate'))

export const tokenPathOf = ({ tokenPath = '/token' }: BearerOptions): string => tokenPath
