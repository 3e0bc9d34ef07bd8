/** Faults that most people want first. */
export const presets = [
  { name: 'Every first blob breaks off', on: 'blob', nth: 1, afterBytes: 1000, then: 'reset' },
  { name: 'Wrong bytes in blobs', on: 'blob', afterBytes: 100, then: 'flip' },
  { name: 'Too many requests', on: 'manifest', then: { status: 429, retryAfter: 2 } },
  { name: 'Service unavailable', on: 'any', then: { status: 503 } },
  { name: 'Slow blobs', on: 'blob', then: { bytesPerSecond: 100_000 } },
  { name: 'Late answers', on: 'any', then: { delayMs: 2000 } },
  { name: 'Blobs from the CDN', on: 'blob', then: { redirect: 'cdn' } },
  { name: 'Expired CDN URLs', on: 'blob', then: { redirect: 'cdn', expiresInMs: 0 } },
  { name: 'Ranges ignored', on: 'blob', ranged: true, then: 'ignore-range' },
  { name: 'Tokens expire at once', on: 'blob', then: 'expire-token' },
  { name: 'Captive portal', on: 'any', then: 'html' },
  { name: 'Silence', on: 'any', then: 'stall' },
]
