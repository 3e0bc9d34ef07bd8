import type { ESTree } from 'rolldown/utils'

/** One exported name of a package, as its source declares it. */
export interface Declaration {
  readonly name: string
  readonly kind: 'function' | 'class' | 'interface' | 'type' | 'constant'
  /** The text inside the docstring, without stars; empty when there is none. */
  readonly docs: string
  /** TypeScript without bodies and values. */
  readonly signature: string
}

/** A file's text, and its comments in the order they come. */
export interface Text {
  readonly code: string
  readonly comments: readonly {
    readonly type: string
    readonly value: string
    readonly start: number
    readonly end: number
  }[]
}

type Declared = NonNullable<ESTree.ExportNamedDeclaration['declaration']>

/** What `export …` declares: several names only with `export const a = …, b = …`. */
export function declarationsOf(
  text: Text,
  { declaration, start }: ESTree.ExportNamedDeclaration,
): readonly Declaration[] {
  if (declaration === null) return []
  const docs = docsBefore(text, start)
  return namesOf(declaration).map((name) => ({
    name,
    kind: kindOf(declaration),
    docs,
    signature: signatureOf(text, declaration),
  }))
}

function namesOf(declaration: Declared): readonly string[] {
  if (declaration.type === 'VariableDeclaration')
    return declaration.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []))
  return 'id' in declaration && declaration.id?.type === 'Identifier' ? [declaration.id.name] : []
}

function kindOf({ type }: Declared): Declaration['kind'] {
  if (type === 'TSInterfaceDeclaration') return 'interface'
  if (type === 'TSTypeAliasDeclaration') return 'type'
  if (type === 'ClassDeclaration') return 'class'
  return type === 'VariableDeclaration' ? 'constant' : 'function'
}

function signatureOf({ code }: Text, declaration: Declared): string {
  const from = declaration.start
  if (declaration.type === 'FunctionDeclaration' && declaration.body !== null)
    return code.slice(from, declaration.body.start).trim()
  if (declaration.type === 'VariableDeclaration')
    return declaration.declarations
      .map(
        ({ id }) =>
          `const ${code.slice(id.start, id.type === 'Identifier' ? (id.typeAnnotation?.end ?? id.end) : id.end)}`,
      )
      .join('\n')
  if (declaration.type === 'ClassDeclaration') return classSignature(code, declaration)
  return code.slice(from, declaration.end)
}

function classSignature(code: string, declaration: ESTree.Class): string {
  const head = code.slice(declaration.start, declaration.body.start)
  const members = declaration.body.body.flatMap((member) => {
    if (!('key' in member) || member.key.type === 'PrivateIdentifier') return []
    if ('accessibility' in member && member.accessibility === 'private') return []
    const { value } = member
    const end =
      member.type === 'MethodDefinition'
        ? (value as { body: { start: number } | null }).body?.start
        : (value as { start: number } | null)?.start
    const text = code.slice(member.start, end ?? member.end)
    return [`  ${text.trim().replace(/\s*=$/, '')}`]
  })
  return members.length === 0 ? `${head.trim()} {}` : `${head}{\n${members.join('\n')}\n}`
}

/** The docstring that ends where the declaration begins. */
function docsBefore({ code, comments }: Text, start: number): string {
  const comment = comments.findLast((each) => each.end <= start)
  if (comment === undefined || comment.type !== 'Block' || !comment.value.startsWith('*')) return ''
  if (code.slice(comment.end, start).trim() !== '') return ''
  return comment.value
    .slice(1)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim()
}
