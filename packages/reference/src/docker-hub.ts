/** Where a name without a host points. */
export const defaultDomain = 'docker.io'

/** Domains that are only other names of one. */
export const domainAliases: ReadonlyMap<string, string> = new Map([['index.docker.io', defaultDomain]])

/** What a name of a single component at the default domain stands for. */
export const officialPrefix = 'library/'
