import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'

/** Why a link gives nothing; other things than links are for whoever reads them. */
export type LinkProblem = 'leads nowhere' | 'points to itself' | 'points to something that this user cannot read'

const problems: Readonly<Record<string, LinkProblem>> = {
  ENOENT: 'leads nowhere',
  ENOTDIR: 'leads nowhere',
  ELOOP: 'points to itself',
  EACCES: 'points to something that this user cannot read',
  EPERM: 'points to something that this user cannot read',
}

export async function linkProblem(path: string): Promise<LinkProblem | undefined> {
  const facts = await lstat(path).catch(() => undefined)
  if (facts?.isSymbolicLink() !== true) return undefined
  try {
    // Or a pipe would wait for a writer. Windows does not have the flag.
    const file = await open(path, constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0))
    await file.close()
    return undefined
  } catch (error) {
    return problems[String((error as { code?: unknown }).code)]
  }
}
