/** What the environment decides, unless an option does. */
export interface Environment {
  /** As they are, for the functions of the libraries that are named for the environment. */
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** Reads the environment: the only place in Lading's command line that does. */
export const fromEnvironment = (env: Environment['variables'] = process.env): Environment => ({ variables: env })

/** Whether whoever reads the log can fold groups of lines: GitHub Actions, which sets `GITHUB_ACTIONS`. */
export const groupsFromEnv = ({ variables }: Environment): boolean => Boolean(variables['GITHUB_ACTIONS'])
