import { isIP } from 'node:net'
import { z } from 'zod'
import { captureVerdictSchema, tagSchema, type VerdictRecord } from '../../../shared/contract/captures.ts'
import { schemeIdSchema, slugSchema } from '../../../shared/contract/receiver.ts'
import { MAX_NOTE, receiverLimits } from '../../../shared/limits.ts'
import type { CaptureMarks, NewCapture, PlannedAnswer } from '../capture-record.ts'
import { base64Of, sha256Of } from './request-parts.ts'

/** A captured request of a bundle: everything but the endpoint's id, which is another one in another Keyhold. */
export type BundledCapture = Omit<NewCapture, 'endpointId'> & { readonly slug: string; readonly marks: CaptureMarks }

const count = z.number().int().nonnegative()
const text = z.string()
const pairs = z.array(z.tuple([text, text]))
/** What can have come over a wire: bytes as characters, no line ends. */
const wireText = z.string().regex(/^[^\0\r\n\u0100-\uffff]*$/)
const rawList = z.array(wireText).refine((list) => list.length % 2 === 0, 'A header has no value.')
const sha256 = z.string().regex(/^[\da-f]{64}$/)

const headSchema = z.strictObject({
  slug: slugSchema,
  at: count.max(8_640_000_000_000_000),
  method: z.string().regex(/^[!#$%&'*+\-.^_`|~\w]{1,100}$/),
  target: wireText.min(1),
  httpVersion: z.string().regex(/^\d\.\d$/),
  /** Empty where the connection had ended before it was asked. */
  remoteAddress: z.string().refine((text) => text === '' || isIP(text) !== 0),
  remotePort: count.max(65_535),
  rawHeaders: rawList,
  rawTrailers: rawList,
  sentBytes: count,
  refused: z.enum(['too-large', 'aborted']).nullable(),
  publicUrl: wireText.nullable(),
})
type Head = z.infer<typeof headSchema>

const lineSchema = z.strictObject({
  n: count,
  headSha256: sha256,
  bodySha256: sha256,
  head: headSchema,
  verdict: z.strictObject({
    verdict: captureVerdictSchema,
    scheme: schemeIdSchema.nullable(),
    strictOk: z.boolean().nullable(),
    reason: text,
    message: text,
    matchedSecret: text.nullable(),
    timestamp: count.nullable(),
  }),
  answer: z.strictObject({
    status: count.nullable(),
    headers: pairs,
    body: text,
    rule: text.nullable(),
    fault: text.nullable(),
    delayMs: count,
    deadline: text.nullable(),
    late: z.boolean(),
  }),
  receivedMs: z.number().nonnegative(),
  marks: z.strictObject({
    pinned: z.boolean(),
    note: z.string().max(MAX_NOTE),
    tags: z.array(tagSchema).max(receiverLimits.tags),
  }),
  // Plain text to the schema: its pattern for base64 overflows on 25 MB, and writing it again below is stricter.
  body: text,
})

/** One line of a bundle, without the line end. `n` counts from 1. */
export function writeLine(n: number, capture: BundledCapture): string {
  const head = headOf(capture)
  const { pinned, note, tags } = capture.marks
  return JSON.stringify({
    n,
    headSha256: sha256Of(JSON.stringify(head)),
    bodySha256: sha256Of(capture.body),
    head,
    verdict: verdictOf(capture.verdict),
    answer: answerOf(capture.answer),
    receivedMs: capture.receivedMs,
    marks: { pinned, note, tags },
    body: base64Of(capture.body),
  })
}

/**
 * What identifies a request across bundles: the SHA-256 of what the sender sent and when. Neither notes nor verdict nor
 * answer count, so the same request exported before and after it was judged, or again where it was imported, has one key.
 */
export function bundleKeyOf(capture: BundledCapture): string {
  return keyOf(sha256Of(JSON.stringify(headOf(capture))), sha256Of(capture.body))
}

/** The clocks of two machines may differ, by a time zone too. */
const AHEAD_MS = 24 * 60 * 60 * 1_000

/**
 * The request of a line at `now`, or why it is refused: half a sentence. One from far ahead is: what is kept for some days
 * would never be old.
 */
export function readLine(
  line: string,
  n: number,
  now: number,
): (BundledCapture & { readonly bundleKey: string }) | string {
  const parsed = lineSchema.safeParse(parseJson(line))
  if (!parsed.success) return 'it is not a captured request in the form of this version'
  const { head, verdict, answer, receivedMs, marks, ...item } = parsed.data
  if (item.n !== n) return `it is request ${item.n} of the bundle, and request ${n} belongs here`
  if (head.at > now + AHEAD_MS) return 'it was captured more than a day from now, by the clock of this machine'
  const body = Buffer.from(item.body, 'base64')
  if (body.length > receiverLimits.maxBody) return 'its body is larger than a captured body can be'
  if (sha256Of(body) !== item.bodySha256) return 'its body does not fit its checksum'
  if (sha256Of(JSON.stringify(head)) !== item.headSha256) return 'its head does not fit its checksum'
  const capture = { ...head, verdict, answer, receivedMs, body, marks, imported: true }
  // Whatever a reader could overlook (a field twice, a field too many, other spacing) makes another line than this one.
  if (writeLine(n, capture) !== line) return 'it is not written as Keyhold writes it'
  return { ...capture, bundleKey: keyOf(item.headSha256, item.bodySha256) }
}

/** Null for what is no JSON, which no schema takes. */
export function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

function keyOf(headSha256: string, bodySha256: string): string {
  return sha256Of(`keyhold-capture\n${headSha256}\n${bodySha256}\n`)
}

/** The head in its one order of fields, which its checksum rests on. */
function headOf(capture: BundledCapture): Head {
  return {
    slug: capture.slug,
    at: capture.at,
    method: capture.method,
    target: capture.target,
    httpVersion: capture.httpVersion,
    remoteAddress: capture.remoteAddress,
    remotePort: capture.remotePort,
    rawHeaders: [...capture.rawHeaders],
    rawTrailers: [...capture.rawTrailers],
    sentBytes: capture.sentBytes,
    refused: capture.refused,
    publicUrl: capture.publicUrl,
  }
}

function verdictOf(verdict: VerdictRecord): VerdictRecord {
  const { scheme, strictOk, reason, message, matchedSecret, timestamp } = verdict
  return { verdict: verdict.verdict, scheme, strictOk, reason, message, matchedSecret, timestamp }
}

function answerOf({ status, headers, body, rule, fault, delayMs, deadline, late }: PlannedAnswer): PlannedAnswer {
  return { status, headers, body, rule, fault, delayMs, deadline, late }
}
