import { z } from 'zod'
import { type VerdictRecord, verdictSchema } from '../../shared/contract/captures.ts'
import { jsonColumn, readRow } from '../store/row.ts'
import type { NewCapture, PlannedAnswer } from './capture-record.ts'
import type { Text, WordReader, WordWriter } from './ledger-words.ts'

/** Headers whose values are few. Others hold ids, signatures and times, which would only fill the dictionary. */
const commonHeaders = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-type',
  'from',
  'host',
  'origin',
  'pragma',
  'te',
  'user-agent',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-github-event',
  'x-github-hook-id',
  'x-gitlab-event',
  'x-gitlab-instance',
  'x-shopify-api-version',
  'x-shopify-shop-domain',
  'x-shopify-topic',
])
const NAME_BREAK = '\n'

const text = z.union([z.string(), z.number().int()])
const pairs = z.array(z.string()).refine((list) => list.length % 2 === 0, 'A header has no value.')

/**
 * Everything of a request but its body, as it stands in the row: a list, because names of fields would be repeated in
 * every row. `publicUrl` is what stands before the target, or in a list of one when it does not end with the target.
 */
const headSchema = z.tuple(
  [
    text, // target
    z.union([text, z.tuple([z.string(), z.string(), z.string()])]), // method, httpVersion, remoteAddress
    z.number().int(), // remotePort
    z.union([text, z.array(z.string())]), // names of the headers
    z.array(text), // their values
    z.union([text, z.tuple([z.string()])]).nullable(), // publicUrl
    text, // verdict without its timestamp
    z.number().nullable(), // the timestamp
    text, // answer
    z.number(), // receivedMs
  ],
  // Only where something of it is not as usual.
  z.object({
    trailers: pairs,
    sentBytes: z.number().int().nonnegative(),
    refused: z.enum(['too-large', 'aborted']).nullable(),
    imported: z.boolean(),
  }),
)
type Head = z.output<typeof headSchema>
export const headColumn = jsonColumn(headSchema)

export const verdictColumn = jsonColumn(verdictSchema)
const answerColumn = jsonColumn(
  z.object({
    status: z.number().int().nullable(),
    headers: z.array(z.tuple([z.string(), z.string()])),
    body: z.string(),
    rule: z.string().nullable(),
    fault: z.string().nullable(),
    delayMs: z.number(),
    deadline: z.string().nullable(),
    late: z.boolean(),
  }),
)

const undatedSchema = verdictSchema.omit({ timestamp: true })
type UndatedVerdict = z.output<typeof undatedSchema>
const undatedColumn = jsonColumn(undatedSchema)

/** A list of header names that came before, with what stood at those whose values are few. */
interface Shape {
  readonly names: readonly string[]
  readonly written: Text | string[]
  readonly common: readonly boolean[]
  readonly lastValues: (string | undefined)[]
  readonly lastWritten: Text[]
}

/** Shapes that are remembered: one for each kind of sender that is active. */
const MAX_SHAPES = 64

/**
 * Writes heads. Requests mostly differ little from one before, and comparing is cheaper than looking up: what stayed the
 * same is not put into words again.
 */
export class HeadWriter {
  readonly #words: WordWriter
  #answers = new WeakMap<PlannedAnswer, number>()
  /** By the number of headers. */
  #shapes = new Map<number, Shape[]>()
  #shapeCount = 0
  #lastVerdict: { readonly verdict: VerdictRecord; readonly written: Text } | null = null
  #lastUrl: { readonly url: string; readonly target: string; readonly written: Text | [string] } | null = null

  constructor(words: WordWriter) {
    this.#words = words
  }

  /** Within the transaction that stores it. */
  write(capture: NewCapture): string {
    const { rawHeaders, rawTrailers, target, verdict, publicUrl, sentBytes, body, refused, imported } = capture
    const shape = this.#shape(rawHeaders)
    const head: Head = [
      this.#words.number(target),
      this.#line(capture),
      capture.remotePort,
      shape.written,
      this.#values(rawHeaders, shape),
      publicUrl === null ? null : this.#url(publicUrl, target),
      this.#verdict(verdict),
      verdict.timestamp,
      this.#answer(capture.answer),
      Math.round(capture.receivedMs * 100) / 100,
    ]
    if (sentBytes !== body.length || refused !== null || imported || rawTrailers.length > 0) {
      head.push({ trailers: [...rawTrailers], sentBytes, refused, imported })
    }
    return JSON.stringify(head)
  }

  /** A transaction was undone, and words it made with it. */
  forget(): void {
    this.#answers = new WeakMap()
    this.#shapes = new Map()
    this.#shapeCount = 0
    this.#lastVerdict = null
    this.#lastUrl = null
  }

  #shape(rawHeaders: readonly string[]): Shape {
    const known = this.#shapes.get(rawHeaders.length)
    const found = known?.find(({ names }) => names.every((name, at) => name === rawHeaders[at * 2]))
    if (found !== undefined) return found
    const names = rawHeaders.filter((_, at) => at % 2 === 0)
    const written = names.some((name) => name.includes(NAME_BREAK)) ? names : this.#words.number(names.join(NAME_BREAK))
    const common = names.map((name) => commonHeaders.has(name.toLowerCase()))
    const shape = { names, written, common, lastValues: names.map(() => undefined), lastWritten: names.map(() => 0) }
    // One that is not a word yet may become one the next time.
    if (typeof written === 'string' && written !== '') return shape
    if (this.#shapeCount >= MAX_SHAPES) {
      this.#shapes = new Map()
      this.#shapeCount = 0
    }
    this.#shapeCount += 1
    this.#shapes.set(rawHeaders.length, [...(this.#shapes.get(rawHeaders.length) ?? []), shape])
    return shape
  }

  #values(rawHeaders: readonly string[], { common, lastValues, lastWritten }: Shape): Text[] {
    const values: Text[] = []
    for (let at = 0; at < common.length; at += 1) {
      const value = rawHeaders[at * 2 + 1] ?? ''
      if (common[at] === true && value !== lastValues[at]) {
        const written = this.#words.number(value)
        lastWritten[at] = written
        lastValues[at] = typeof written === 'number' ? value : undefined
        values.push(written)
      } else values.push(common[at] === true ? (lastWritten[at] ?? value) : value)
    }
    return values
  }

  /** They differ little between requests, so that they are one word together. */
  #line({ method, httpVersion, remoteAddress }: NewCapture): Text | [string, string, string] {
    if (method.includes(' ') || httpVersion.includes(' ')) return [method, httpVersion, remoteAddress]
    return this.#words.number(`${method} ${httpVersion} ${remoteAddress}`)
  }

  #url(url: string, target: string): Text | [string] {
    const last = this.#lastUrl
    if (last !== null && last.url === url && last.target === target) return last.written
    const written: Text | [string] = url.endsWith(target)
      ? this.#words.number(url.slice(0, url.length - target.length))
      : [url]
    this.#lastUrl = typeof written === 'number' ? { url, target, written } : null
    return written
  }

  #verdict(verdict: VerdictRecord): Text {
    const last = this.#lastVerdict
    if (last !== null && sameButTime(last.verdict, verdict)) return last.written
    const { timestamp: _, ...undated } = verdict
    const written = this.#words.number(JSON.stringify(undated))
    this.#lastVerdict = typeof written === 'number' ? { verdict, written } : null
    return written
  }

  #answer(answer: PlannedAnswer): Text {
    const known = this.#answers.get(answer)
    if (known !== undefined) return known
    const written = this.#words.number(JSON.stringify(answer))
    if (typeof written === 'number') this.#answers.set(answer, written)
    return written
  }
}

function sameButTime(a: VerdictRecord, b: VerdictRecord): boolean {
  return (
    a === b ||
    (a.verdict === b.verdict &&
      a.scheme === b.scheme &&
      a.strictOk === b.strictOk &&
      a.reason === b.reason &&
      a.message === b.message &&
      a.matchedSecret === b.matchedSecret)
  )
}

/** Reads what {@link HeadWriter} wrote; what rows share is read once. */
export class HeadReader {
  readonly #words: WordReader
  readonly #verdicts = new Map<number, UndatedVerdict>()
  readonly #answers = new Map<number, PlannedAnswer>()

  constructor(words: WordReader) {
    this.#words = words
  }

  /** Throws STORE_FAILED where a part of it cannot be read. `bodyBytes`: how long the stored body is. */
  read(head: Head, bodyBytes: number): Omit<NewCapture, 'endpointId' | 'at' | 'body'> {
    const words = this.#words
    const [target, line, remotePort, nameList, values, url, verdict, timestamp, answer, receivedMs, unusual] = head
    const wholeTarget = words.text(target)
    const names = typeof nameList === 'object' ? nameList : words.text(nameList).split(NAME_BREAK)
    return {
      target: wholeTarget,
      ...(typeof line === 'object' ? named(line) : named(split(words.text(line)))),
      remotePort,
      rawHeaders: values.flatMap((value, at) => [names[at] ?? '', words.text(value)]),
      rawTrailers: unusual?.trailers ?? [],
      sentBytes: unusual?.sentBytes ?? bodyBytes,
      refused: unusual?.refused ?? null,
      publicUrl: url === null ? null : typeof url === 'object' ? url[0] : words.text(url) + wholeTarget,
      verdict: { ...this.#shared(verdict, this.#verdicts, undatedColumn), timestamp },
      answer: this.#shared(answer, this.#answers, answerColumn),
      receivedMs,
      imported: unusual?.imported ?? false,
    }
  }

  #shared<T>(text: Text, known: Map<number, T>, column: z.ZodType<T>): T {
    const present = typeof text === 'number' ? known.get(text) : undefined
    if (present !== undefined) return present
    const value = readRow(column, this.#words.text(text), 'captured request')
    if (typeof text === 'number') known.set(text, value)
    return value
  }
}

function split(line: string): [string, string, string] {
  const first = line.indexOf(' ')
  const second = line.indexOf(' ', first + 1)
  return [line.slice(0, first), line.slice(first + 1, second), line.slice(second + 1)]
}

function named([method, httpVersion, remoteAddress]: readonly [string, string, string]) {
  return { method, httpVersion, remoteAddress }
}
