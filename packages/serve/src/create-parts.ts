import { systemClock } from '@lading/clock'
import type { AnswerParts } from './answer/answer.ts'
import { createDocuments } from './cache/documents.ts'
import { createKeep } from './cache/keep.ts'
import { createProofs } from './cache/proofs.ts'
import { createReferrers } from './cache/referrers.ts'
import { createTagLists } from './cache/tag-lists.ts'
import { createTags } from './cache/tags.ts'
import type { OnServeEvent } from './serve-event.ts'
import type { ServeOptions } from './serve-options.ts'
import { createAbsences } from './upstream/absences.ts'
import { assertRate, createAskUpstream } from './upstream/ask-upstream.ts'

/** What answers are made of. @param ending goes off when the server ends */
export function createParts(
  {
    content,
    records,
    downloads,
    ttlMs = 60_000,
    offline = false,
    upstreamRate,
    onUse,
    clock = systemClock,
    now = Date.now,
  }: ServeOptions,
  { onEvent, ending }: { readonly onEvent: OnServeEvent; readonly ending: AbortSignal },
): AnswerParts {
  const ask = createAskUpstream({ onEvent, rate: upstreamRate, signal: ending })
  const [proofs, keep, absences] = [createProofs(records, now), createKeep(records, now), createAbsences(now)]
  const shared = {
    content,
    records,
    downloads,
    proofs,
    keep,
    absences,
    ask,
    clock,
    now,
    ttlMs,
    offline,
    onUse,
    onEvent,
  }
  return {
    ...shared,
    documents: createDocuments(shared),
    tags: createTags(shared),
    tagLists: createTagLists(shared),
    referrers: createReferrers(shared),
    assertRate: (client) => assertRate(upstreamRate, client),
  }
}
