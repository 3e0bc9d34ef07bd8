import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A program with its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]]

/** The built one. It may not be there. */
export const builtCli: string = fileURLToPath(new URL('../../apps/cli/dist/bin.js', import.meta.url))
const source = fileURLToPath(new URL('../../apps/cli/src/bin.ts', import.meta.url))

/** What Node is given to run a script that imports our packages: as they are built, or as they stand. */
export const packages: readonly string[] = existsSync(builtCli) ? [] : ['--conditions=@lading/source']

/** What Node is given to run our command line: the built one, if there is one. */
export const cli: readonly string[] = existsSync(builtCli) ? [builtCli] : [...packages, source]

export const lading = (...args: readonly string[]): CommandLine => [process.execPath, ...cli, ...args]
