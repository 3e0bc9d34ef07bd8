import { dirname, join, relative } from 'node:path'
import type { Plugin } from 'rolldown'

/** What the registry client uses of undici, and where undici has it. */
const used = { Agent: 'lib/dispatcher/agent.js', buildConnector: 'lib/core/connect.js' } as const

const absent = `module.exports = () => { throw new Error('the bundle is without this part of undici') }`

/** What these load and we never run, and what stands for it: HTTP/2 is switched off, and no body of ours is a form. */
const unused: Readonly<Record<string, string>> = {
  'lib/dispatcher/client-h2.js': absent,
  'lib/web/fetch/body.js': absent,
  'lib/web/fetch/formdata.js': absent,
  'lib/web/webidl/index.js': 'module.exports = { webidl: { is: { FormData: () => false } } }',
}

/** Of Node, what these need at most: `assert` to say what is wrong, and of `http` a default that is never used here. */
const ofNode: Readonly<Record<string, string>> = {
  'node:assert':
    "module.exports = (value, message) => { if (!value) process.getBuiltinModule('node:assert')(value, message) }",
  'node:http': 'module.exports = { IncomingMessage: class {}, maxHeaderSize: 16384 }',
}

const entry = '\0undici-dispatcher'
const stub = '\0undici-stub:'

/**
 * Leaves out of the bundle what undici brings beside its dispatcher (`fetch`, WebSocket, caches, HTTP/2): most of what a
 * command that talks to a registry would read at its start. The paths are undici's own and may move with any version: one
 * that is not there, or is not loaded any more, fails the build.
 */
export function onlyDispatcher(): Plugin {
  let root: string | undefined
  const missing = new Set(Object.keys(unused))
  return {
    name: 'only-dispatcher',
    async resolveId(source, importer) {
      if (source === 'undici') {
        const whole = await this.resolve(source, importer, { skipSelf: true })
        if (whole === null) throw new Error('undici is not installed')
        root = dirname(whole.id)
        return entry
      }
      if (root === undefined || importer === undefined) return null
      if (source in ofNode && !relative(root, importer).startsWith('..')) return `${stub}${source}.cjs`
      if (!source.startsWith('.')) return null
      const found = relative(root, join(dirname(importer), source)).replaceAll('\\', '/')
      const path = [found, `${found}.js`, `${found}/index.js`].find((each) => each in unused)
      if (path === undefined) return null
      missing.delete(path)
      return `${stub}${path.replaceAll('/', '-')}.cjs`
    },
    load(id) {
      const path = Object.keys(unused).find((each) => id === `${stub}${each.replaceAll('/', '-')}.cjs`)
      if (path !== undefined) return unused[path]
      const module = Object.keys(ofNode).find((each) => id === `${stub}${each}.cjs`)
      if (module !== undefined) return ofNode[module]
      if (id !== entry || root === undefined) return null
      const base = root
      return Object.entries(used)
        .map(([name, file]) => `export { default as ${name} } from ${JSON.stringify(join(base, file))}`)
        .join('\n')
    },
    buildEnd() {
      if (root !== undefined && missing.size > 0)
        throw new Error(`undici does not load ${[...missing].join(', ')} any more: see only-dispatcher.ts`)
    },
  }
}
