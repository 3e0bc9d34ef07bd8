import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseSync, type ESTree } from 'rolldown/utils'
import { declarationsOf, type Declaration, type Text } from './declaration.ts'

/** A name that a package exports and another one declares. */
interface Borrowed {
  readonly name: string
  /** `@lading/content`. */
  readonly from: string
}

/** What an entry of a package exports, in its order. */
export interface Exports {
  readonly declarations: readonly Declaration[]
  readonly borrowed: readonly Borrowed[]
}

/** Follows the exports of `file` through the files of its package. */
export type ReadExports = (file: string) => Exports

/** Reads each file once. @throws `Error` when an entry exports what no file declares */
export function createReadExports(): ReadExports {
  const files = new Map<string, File>()
  const read = (path: string): File => {
    const known = files.get(path)
    if (known !== undefined) return known
    const file = parseFile(path)
    files.set(path, file)
    return file
  }

  const find = (path: string, name: string): readonly Declaration[] => {
    const { text, body } = read(path)
    const declared = body
      .flatMap((node) => (node.type === 'ExportNamedDeclaration' ? declarationsOf(text, node) : []))
      .filter((declaration) => declaration.name === name)
    if (declared.length > 0) return declared
    for (const { exported, local, source } of passedOn(body))
      if (exported === name && source?.startsWith('.') === true) return find(join(dirname(path), source), local)
    throw new Error(`${path} does not declare ${name}`)
  }

  return (path) => {
    const { text, body } = read(path)
    const own = body.flatMap((node) => (node.type === 'ExportNamedDeclaration' ? declarationsOf(text, node) : []))
    const links = passedOn(body)
    return {
      declarations: [
        ...own,
        ...links
          .filter(({ source }) => source?.startsWith('.') === true)
          .flatMap(({ local, exported, source = '' }) =>
            find(join(dirname(path), source), local).map((each) => ({ ...each, name: exported })),
          ),
      ],
      borrowed: links
        .filter(({ source }) => source?.startsWith('.') !== true)
        .map(({ exported, source = '' }) => ({ name: exported, from: source })),
    }
  }
}

interface File {
  readonly text: Text
  readonly body: ESTree.Program['body']
}

function parseFile(path: string): File {
  const code = readFileSync(path, 'utf8')
  const { program, comments, errors } = parseSync(path, code)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`)
  return { text: { code, comments }, body: program.body }
}

interface PassedOn {
  readonly exported: string
  readonly local: string
  /** Undefined for a name that nothing imports. */
  readonly source?: string | undefined
}

/** `export { a } from './a.ts'`, and `import { a } from './a.ts'; export { a }`. */
function passedOn(body: ESTree.Program['body']): readonly PassedOn[] {
  const imported = new Map(
    body.flatMap((node) =>
      node.type === 'ImportDeclaration'
        ? (node.specifiers ?? []).map((each) => [each.local.name, node.source.value] as const)
        : [],
    ),
  )
  return body.flatMap((node) => {
    if (node.type !== 'ExportNamedDeclaration') return []
    return node.specifiers.map(({ exported, local }) => ({
      exported: nameOf(exported),
      local: nameOf(local),
      source: node.source?.value ?? imported.get(nameOf(local)),
    }))
  })
}

const nameOf = (name: ESTree.ModuleExportName): string => (name.type === 'Literal' ? name.value : name.name)
