import type { Digest } from '@lading/digest'
import type { Ask } from '../request/parse-ask.ts'
import type { RequestHeaders } from '../request/request-head.ts'
import type { Asker } from '../upstream/ask-upstream.ts'
import { errorAnswer } from '../upstream/error-answer.ts'
import { answerBlob, type BlobParts } from './answer-blob.ts'
import { answerManifest, type ManifestParts } from './answer-manifest.ts'
import { answerReferrers, type ReferrersParts } from './answer-referrers.ts'
import { answerTags, type TagListParts } from './answer-tags.ts'
import type { Response } from './response.ts'

export interface AnswerParts extends BlobParts, ManifestParts, ReferrersParts, TagListParts {
  /** Told what is about to be served; what it returns is called when it was. */
  readonly onUse?: ((digest: Digest) => () => void) | undefined
}

interface Request {
  readonly response: Response
  readonly headers: RequestHeaders
  readonly asker: Asker
}

/** Where the content came from. */
type From = 'cache' | 'download' | 'upstream'

/** Answers what was asked. @throws ServeError, where nothing was sent or not all */
export async function answer(parts: AnswerParts, asked: Ask, request: Request): Promise<From | undefined> {
  if (asked.kind === 'base') {
    request.response.send(200, { 'content-type': 'application/json' }, new TextEncoder().encode('{}'))
    return undefined
  }
  const release = asked.kind === 'blob' ? parts.onUse?.(asked.digest) : undefined
  try {
    switch (asked.kind) {
      case 'manifest':
        return await answerManifest(parts, asked, request)
      case 'blob':
        return await answerBlob(parts, asked, request)
      case 'tags':
        return await answerTags(parts, asked, request)
      default:
        return await answerReferrers(parts, asked, request)
    }
  } catch (error) {
    throw errorAnswer(error, asked.kind, asked.place)
  } finally {
    release?.()
  }
}
