import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Audit, type Caller } from '../../main/audit/audit.ts'
import { Changes } from '../../main/changes.ts'
import { systemClock } from '../../main/host.ts'
import { createRawClient } from '../../main/http/node-raw-client.ts'
import type { EndpointBook } from '../../main/receiver/ports.ts'
import { type RecordedDeliveries, Sender } from '../../main/sender/sender.ts'
import { openStore, type Store } from '../../main/store/store.ts'
import type { RetryRun, SendInput } from '../../shared/contract/sender.ts'
import { notFound, Problem } from '../../shared/problems.ts'
import type { SchemeId } from '../../shared/webhook-schemes.ts'

export const app: Caller = { source: 'app' }
export const script: Caller = { source: 'api' }

/** The id under which {@link Bench} has one endpoint with one secret. */
export const STORED_SECRET_ID = 41
const ENDPOINT_ID = 7

export interface Bench {
  readonly sender: Sender
  readonly store: Store
  readonly audit: Audit
  readonly changes: Changes
  /** Requests that went through the deliveries, as they were handed over. */
  readonly sent: Parameters<RecordedDeliveries['send']>[0][]
  lockVault(): void
  /** Of the endpoint that has the stored secret; none at first. */
  setScheme(scheme: SchemeId): void
  close(): Promise<void>
}

/** A sender over a real database and real sockets; only its two ports to other domains are stand-ins. */
export function openBench(storedSecret = 'unused'): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'keyhold-sender-'))
  const store = openStore(folder)
  const changes = new Changes()
  const audit = new Audit(store, systemClock, changes)
  const http = createRawClient({ userAgent: 'Keyhold/test' })
  const sent: Bench['sent'] = []
  let isLocked = false
  let scheme: SchemeId | null = null
  const facts: ReturnType<EndpointBook['facts']> = {
    id: ENDPOINT_ID,
    slug: 'sample',
    name: 'Sample endpoint',
    scheme: null,
    schemeOptions: null,
    behaviour: {
      answer: { status: 200, headers: [], body: '', delayMs: 0 },
      rules: [],
      faults: [],
      faultSeed: 1,
      deadline: null,
      answerHandshakes: true,
      refuseInvalid: false,
    },
    retention: { maxCount: null, maxAgeDays: null, maxBytes: null },
  }
  const endpoints: EndpointBook = {
    facts: () => ({ ...facts, scheme }),
    all: () => [facts],
    bySlug: () => null,
    secretsOf: () => [],
    readableSecretsOf: () => [],
    secret: (id) => {
      if (isLocked) throw new Problem('VAULT_LOCKED', 'The vault is locked.')
      if (id !== STORED_SECRET_ID) throw notFound('secret', id)
      return { id, label: 'present', secret: storedSecret, endpointId: ENDPOINT_ID }
    },
    vaultReady: () => !isLocked,
    localUrl: () => null,
    publicUrl: () => null,
    ensure: () => ({ id: ENDPOINT_ID, made: false }),
  }
  const deliveries: RecordedDeliveries = {
    send: async (request) => {
      sent.push(request)
      const answer = await http.send({ ...request, maxAnswerBytes: 1_000 })
      return {
        id: sent.length,
        kind: 'send',
        captureId: null,
        targetId: null,
        jobId: null,
        attempt: 1,
        at: Date.now(),
        method: request.method,
        url: request.url,
        status: answer.status,
        durationMs: answer.timing.totalMs,
        problem: null,
        becameCaptureId: null,
        requestHeaders: [],
        requestBytes: request.body.length,
        responseHeaders: [],
        responseBody: '',
        responseBytes: answer.bytes,
        responseCut: answer.cut,
        timing: answer.timing,
      }
    },
  }
  const sender = new Sender({ store, deliveries, http, endpoints, audit, changes, clock: systemClock })
  return {
    sender,
    store,
    audit,
    changes,
    sent,
    setScheme: (chosen) => {
      scheme = chosen
    },
    lockVault: () => {
      isLocked = true
    },
    close: async () => {
      await sender.close()
      http.close()
      store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** An event as a form or a script would give it. */
export function eventFor(url: string, scheme: SchemeId, secret: string, fields: Partial<SendInput> = {}): SendInput {
  return {
    url,
    method: 'POST',
    contentType: 'application/json',
    headers: [],
    body: '{"type":"order.created","timestamp":"2026-01-15T09:10:00Z","data":{"id":"ord_sample","total":12}}',
    signing: { scheme, options: null, secret },
    timeoutMs: 5_000,
    ca: null,
    ...fields,
  }
}

/** The last state of a run, and every one on the way. */
export async function finished(sender: Sender, id: number): Promise<{ last: RetryRun; states: RetryRun[] }> {
  const states: RetryRun[] = []
  for await (const state of sender.retryProgress(id)) states.push(state)
  const last = states.at(-1)
  if (last === undefined) throw new Error('The run reported nothing')
  return { last, states }
}
