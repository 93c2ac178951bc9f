import type { Behaviour, Retention } from './contract/receiver.ts'

/** How a new endpoint behaves: it accepts everything at once and keeps it. */
export const usualBehaviour: Behaviour = {
  answer: { status: 200, headers: [{ name: 'Content-Type', value: 'text/plain' }], body: 'ok', delayMs: 0 },
  rules: [],
  faults: [],
  faultSeed: 1,
  deadline: null,
  answerHandshakes: true,
  refuseInvalid: false,
}

/** 100,000 requests of 1 KB are about 160 MB. The bytes bound what senders of large bodies can take of the disk. */
export const usualRetention: Retention = { maxCount: 100_000, maxAgeDays: 30, maxBytes: 2 * 1024 * 1024 * 1024 }
