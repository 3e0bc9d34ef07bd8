import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Variables } from '../../src/index.ts'

export interface Home {
  readonly directory: string
  /** HOME, XDG_RUNTIME_DIR, XDG_CONFIG_HOME and PATH of this home, and nothing else. */
  readonly env: Variables
  path(...parts: string[]): string
  /** Writes a file, with mode 0600; a value becomes JSON. */
  write(path: string, content: unknown): Promise<string>
  /** Puts a helper `docker-credential-<name>` on this home's PATH. It keeps what it is told in a file. */
  helper(name: string, script?: string): Promise<void>
}

/** A keychain in a directory, as a real credential helper would be one; `$KEPT` is where. */
const keeper = `
set -f
action=$1
input=$(cat)
name=$(printf %s "$input" | tr -c 'A-Za-z0-9.' _)
case $action in
  store) server=$(printf %s "$input" | sed 's/.*"ServerURL":"\\([^"]*\\)".*/\\1/'); printf %s "$input" > "$KEPT/$(printf %s "$server" | tr -c 'A-Za-z0-9.' _)" ;;
  get) if [ -f "$KEPT/$name" ]; then cat "$KEPT/$name"; else echo 'credentials not found in native keychain'; exit 1; fi ;;
  erase) rm -f "$KEPT/$name" ;;
  list) set +f; printf '{'; comma=; for file in "$KEPT"/*; do [ -f "$file" ] || continue; printf '%s' "$comma"; sed 's/.*"ServerURL":"\\([^"]*\\)".*"Username":"\\([^"]*\\)".*/"\\1":"\\2"/' "$file"; comma=,; done; printf '}' ;;
esac
`

export async function makeHome(): Promise<Home> {
  const directory = await mkdtemp(join(tmpdir(), 'lading-home-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const path = (...parts: string[]): string => join(directory, ...parts)
  await mkdir(path('bin'))
  await mkdir(path('kept'))
  const write = async (name: string, content: unknown): Promise<string> => {
    const file = path(name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 })
    return file
  }
  return {
    directory,
    env: {
      HOME: directory,
      XDG_RUNTIME_DIR: path('run'),
      XDG_CONFIG_HOME: path('xdg'),
      PATH: `${path('bin')}:/usr/bin:/bin`,
      KEPT: path('kept'),
    },
    path,
    write,
    async helper(name, script = keeper) {
      await chmod(await write(join('bin', `docker-credential-${name}`), `#!/bin/sh\n${script}`), 0o755)
    },
  }
}

/** Where podman keeps its logins in such a home. */
export const podmanFile: string =
  process.platform === 'win32' || process.platform === 'darwin'
    ? '.config/containers/auth.json'
    : 'run/containers/auth.json'

export const base64 = (text: string): string => Buffer.from(text).toString('base64')
export const basic = (username: string, password: string): { kind: 'basic'; username: string; password: string } => ({
  kind: 'basic',
  username,
  password,
})
