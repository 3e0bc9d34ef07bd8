import type { Plugin } from 'rolldown'

/** Loaded when the first of their functions is called: no command needs all of them, and each takes milliseconds. */
const atUse: ReadonlySet<string> = new Set([
  'child_process',
  'crypto',
  'dns',
  // With readline and the watchers of files.
  'fs/promises',
  'http',
  'net',
  'tls',
  // With all that reads zip archives.
  'zlib',
])

// Without `node:`, as packages from outside may write it.
const importLine = /^import (?:([\w$]+)(?:, )?)?(?:\{ ([^}]*) \}|\* as ([\w$]+))? from "(?:node:)?([\w/]+)";$/gm

/**
 * Takes Node's modules by `process.getBuiltinModule`. An `import` of one makes a namespace of all its exports, and so runs
 * each getter among them: that of `node:tls` parses all root certificates, that of `node:util` and of `node:fs` load
 * others.
 */
export function builtinsAtUse(): Plugin {
  return {
    name: 'builtins-at-use',
    renderChunk(code) {
      const changed = code.replace(importLine, (_line, whole, names, namespace, module) =>
        lines(module, { whole: whole ?? namespace, names }),
      )
      const left = /^import\b.*"node:.*$/m.exec(changed)?.[0]
      if (left !== undefined) throw new Error(`this import is not understood: ${left}`)
      return { code: changed, map: null }
    },
  }
}

interface Imported {
  readonly whole?: string | undefined
  /** `one, other as another` */
  readonly names?: string | undefined
}

function lines(module: string, { whole, names = '' }: Imported): string {
  const found = `process.getBuiltinModule("node:${module}")`
  const named = names
    .split(',')
    .map((each) => each.trim().split(' as '))
    .flatMap(([name = '', local = name]) => (name === '' ? [] : [{ name, local }]))
  const later = atUse.has(module)
  const all = whole === undefined ? [] : [`const ${whole} = ${later ? onFirstUse(found) : found};`]
  if (!later)
    return [
      ...all,
      ...(named.length > 0
        ? [`const { ${named.map(({ name, local }) => `${name}: ${local}`).join(', ')} } = ${found};`]
        : []),
    ].join(' ')
  return [
    ...all,
    ...named.map(
      ({ name, local }) =>
        `function ${local}(...given) { const { ${name}: it } = ${found}; return new.target ? new it(...given) : it(...given); }`,
    ),
  ].join(' ')
}

const onFirstUse = (found: string): string => `new Proxy({}, { get: (_, name) => ${found}[name] })`
