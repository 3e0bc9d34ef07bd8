import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { printable } from '@lading/errors'
import type { Variables } from '../credential.ts'
import { CredentialError } from '../credential-error.ts'

// WSL 2 has programs of Windows on PATH: `desktop.exe`.
const nameGrammar = /^[a-z0-9][a-z0-9._-]{0,63}$/i
const batchFile = /\.(?:bat|cmd)$/i

/**
 * The path of `docker-credential-<name>`: in the absolute directories of PATH and nowhere else, so never in the
 * working directory. On Windows an `.exe`, which the name may say itself; nowhere a batch file, which a shell would run.
 *
 * @throws CredentialError `HELPER_NAME_INVALID`, `HELPER_MISSING`
 */
export async function findHelper(name: string, env: Variables): Promise<string> {
  if (!nameGrammar.test(name) || batchFile.test(name)) {
    throw new CredentialError(
      'HELPER_NAME_INVALID',
      `'${printable(name, 80)}' is not the name of a credential helper`,
      {
        hint: 'a name has letters, digits, ., - and _; it is not a path or a batch file: osxkeychain, pass, desktop.exe',
      },
    )
  }
  const windows = process.platform === 'win32'
  const program = `docker-credential-${name}${windows && !/\.exe$/i.test(name) ? '.exe' : ''}`
  const path = env['PATH'] ?? (windows ? env['Path'] : undefined) ?? ''
  for (const directory of path.split(delimiter)) {
    if (!isAbsolute(directory)) continue
    const candidate = join(directory, program)
    if (await isProgram(candidate)) return candidate
  }
  throw new CredentialError('HELPER_MISSING', `the credential helper ${program} is configured, but not on PATH`, {
    hint: `install ${program}, or remove the helper '${name}' from the configuration`,
  })
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
