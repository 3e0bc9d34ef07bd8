import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { printable } from '@lading/errors'
import { pathsOf } from '@lading/home'
import type { Variables } from '../credential.ts'
import { CredentialError } from '../credential-error.ts'
import { systemTraits } from '../system-traits.ts'

// WSL 2 has programs of Windows on PATH: `desktop.exe`.
const nameGrammar = /^[a-z0-9][a-z0-9._-]{0,63}$/i
const batchFile = /\.(?:bat|cmd)$/i

/**
 * The path of `docker-credential-<name>`: in the absolute directories of PATH and nowhere else, so never in the
 * working directory. On Windows an `.exe`, which the name may say itself; nowhere a batch file, which a shell would run.
 *
 * @throws CredentialError `HELPER_NAME_INVALID`, `HELPER_MISSING`
 */
export async function findHelper(name: string, env: Variables, platform: string = process.platform): Promise<string> {
  if (!nameGrammar.test(name) || batchFile.test(name)) {
    throw new CredentialError(
      'HELPER_NAME_INVALID',
      `'${printable(name, 80)}' is not the name of a credential helper`,
      {
        hint: 'a name has letters, digits, ., - and _; it is not a path or a batch file: osxkeychain, pass, desktop.exe',
      },
    )
  }
  const { programSuffix: suffix } = systemTraits(platform)
  const bare = `docker-credential-${name}`
  const program = name.toLowerCase().endsWith(suffix) ? bare : bare + suffix
  const directories = directoriesOfPath(env, platform)
  const found = await firstProgram(directories, [program])
  if (found !== undefined) return found
  const batch = suffix !== '' ? await firstProgram(directories, [`${bare}.cmd`, `${bare}.bat`]) : undefined
  if (batch !== undefined)
    throw new CredentialError(
      'HELPER_MISSING',
      `the credential helper ${program} is configured, but on PATH is only ${printable(batch)}: batch files are not run`,
      {
        path: batch,
        hint: `a shell would have to run it; install ${program}, or remove the helper '${name}' from the configuration`,
      },
    )
  throw new CredentialError('HELPER_MISSING', `the credential helper ${program} is configured, but not on PATH`, {
    hint: `install ${program}, or remove the helper '${name}' from the configuration`,
  })
}

function directoriesOfPath(env: Variables, platform: string): readonly string[] {
  const { delimiter, isAbsolute } = pathsOf(platform)
  // The names of variables have no case on Windows, but those of a copy do.
  const name = systemTraits(platform).variablesHaveCase ? 'PATH' : Object.keys(env).find((key) => /^path$/i.test(key))
  return (env[name ?? 'PATH'] ?? '').split(delimiter).filter((directory) => isAbsolute(directory))
}

async function firstProgram(directories: readonly string[], names: readonly string[]): Promise<string | undefined> {
  for (const directory of directories)
    for (const name of names) {
      const candidate = join(directory, name)
      if (await isProgram(candidate)) return candidate
    }
  return undefined
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
