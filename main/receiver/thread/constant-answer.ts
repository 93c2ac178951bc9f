import type { ServerResponse } from 'node:http'
import type { PlannedAnswer } from '../../captures/capture-record.ts'

/** What only a careful sending may contain. */
const delicate = new Set(['transfer-encoding', 'connection', 'upgrade', 'trailer'])

/** An answer that is laid out once and sent many times. */
export class ConstantAnswer {
  readonly answer: PlannedAnswer
  readonly #status: number
  readonly #headers: string[]
  readonly #body: string | Buffer

  private constructor(answer: PlannedAnswer, status: number) {
    this.answer = answer
    this.#status = status
    this.#headers = answer.headers.flat()
    // Node puts ASCII text into one piece with the headers, which saves a copy and a call. Any other text would have it
    // encode the headers again as well: bytes stay bytes.
    const bytes = Buffer.from(answer.body)
    this.#body = bytes.length === answer.body.length ? answer.body : bytes
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
    response.end(this.#body, 'latin1')
  }
}
