import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** One code block of a guide. */
export interface Block {
  /** `in-ci.md`. */
  readonly page: string
  readonly language: string
  readonly code: string
}

/** All code blocks of `docs/guides`, in their order. */
export const guideBlocks: readonly Block[] = globSync('docs/guides/*.md', { cwd: root })
  .toSorted()
  .flatMap((file) =>
    Array.from(
      readFileSync(`${root}${file}`, 'utf8').matchAll(/^```(\w+)\n(.*?)^```$/gms),
      ([, language = '', code = '']) => ({
        page: file.replace(/.*\//, ''),
        language,
        code,
      }),
    ),
  )

/** The commands of a workflow: `run:` of GitHub, `script:` and `before_script:` of GitLab. */
export function commandsIn(yaml: string): readonly string[] {
  const lines = yaml.split('\n')
  const indent = (line: string): number => line.search(/\S/)
  return lines.flatMap((line, at) => {
    const [, one] = /^\s*- run: (?!\|)(.*)$/.exec(line) ?? []
    if (one !== undefined) return [one]
    if (!/^\s*- run: \|$/.test(line) && !/^\s*(?:before_)?script:$/.test(line)) return []
    const end = lines.findIndex((each, index) => index > at && each.trim() !== '' && indent(each) <= indent(line))
    const block = lines.slice(at + 1, end === -1 ? undefined : end)
    return line.includes('|')
      ? [block.join('\n')]
      : block.map((each) => each.replace(/^\s*- /, '')).filter((each) => each !== '')
  })
}
