export { pullEventVersion, type PullEvent } from './pull-event.ts'
export type { PulledImage, PulledTags, Puller, PullOptions } from './puller.ts'
