import type { ServerResponse } from 'node:http'
import type { PlannedAnswer } from '../../captures/capture-record.ts'

/** What only a careful sending may contain. */
const delicate = new Set(['transfer-encoding', 'connection', 'upgrade', 'trailer'])

/** An answer that is laid out once and sent many times. */
export class ConstantAnswer {
  readonly answer: PlannedAnswer
  readonly #status: number
  readonly #headers: string[]
  /** Node puts text of one byte per character into one piece with the headers, which saves a copy and a call. */
  readonly #encoding: 'latin1' | 'utf8'

  private constructor(answer: PlannedAnswer, status: number) {
    this.answer = answer
    this.#status = status
    this.#headers = answer.headers.flat()
    this.#encoding = Buffer.byteLength(answer.body) === answer.body.length ? 'latin1' : 'utf8'
  }

  /** Null for one that cannot be sent like this. */
  static of(answer: PlannedAnswer): ConstantAnswer | null {
    const { status, headers, fault, delayMs } = answer
    const names = headers.map(([name]) => name.toLowerCase())
    if (status === null || fault !== null || delayMs > 0) return null
    if (!names.includes('content-length') || names.some((name) => delicate.has(name))) return null
    return new ConstantAnswer(answer, status)
  }

  send(response: ServerResponse): void {
    response.writeHead(this.#status, this.#headers)
    response.end(this.answer.body, this.#encoding)
  }
}
