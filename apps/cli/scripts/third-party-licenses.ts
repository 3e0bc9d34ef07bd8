import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'rolldown'

/** Writes `THIRD-PARTY-LICENSES.txt`: the licences of all packages from outside that are in the bundle. */
export function thirdPartyLicenses(): Plugin {
  return {
    name: 'third-party-licenses',
    async generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((output) =>
        output.type === 'chunk' ? Object.keys(output.modules) : [],
      )
      const packages = new Set(modules.flatMap((id) => packageOf(id) ?? []))
      const notices = await Promise.all([...packages].toSorted().map(notice))
      this.emitFile({
        type: 'asset',
        fileName: 'THIRD-PARTY-LICENSES.txt',
        source: notices.join(`\n${'-'.repeat(78)}\n\n`),
      })
    },
  }
}

/** The directory of the package that a module belongs to, if it is not ours. */
const packageOf = (id: string): string | undefined =>
  /^\0?(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id)?.[1]

async function notice(directory: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
    name: string
    version: string
    license?: string
  }
  const file = (await readdir(directory)).find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry))
  if (file === undefined) throw new Error(`${name} ${version} brings no licence text`)
  return `${name} ${version} (${license ?? 'see below'})\n\n${(await readFile(join(directory, file), 'utf8')).trim()}\n`
}
