import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesGlob } from '../../main/receiver/responses/rules.ts'
import type { Fault, Rule } from '../../shared/contract/receiver.ts'
import { type Asking, asked, responder, verdict } from './receiver-responses-support.ts'

const json = [{ name: 'Content-Type', value: 'application/json' }]

function rule(name: string, when: Partial<Rule['when']>): Rule {
  return {
    name,
    when: { methods: [], path: '', header: null, field: null, verdict: null, ...when },
    answer: { status: 202, headers: [], body: name, delayMs: 0 },
  }
}

describe('the answer of an endpoint', () => {
  it('is one frozen object where it is the same for everybody', () => {
    const plain = responder()
    expect(plain.constant).toMatchObject({ status: 200, body: 'ok', rule: null, fault: null, late: false })
    expect(plain.plan(asked({ body: '{"id":"evt_1"}' }))).toBe(plain.constant)
    expect(Object.isFrozen(plain.constant)).toBe(true)
    expect(responder({ refuseInvalid: true }).constant).not.toBeNull()
    for (const other of [
      responder({}, { delayMs: 1 }),
      responder({}, { body: '{{method}}' }),
      responder({}, { headers: [{ name: 'X-Path', value: '{{path}}' }] }),
      responder({ rules: [rule('a', {})] }),
      responder({ faults: [{ kind: 'gone', probability: 0.5 }] }),
    ]) {
      expect(other.constant).toBeNull()
    }
  })

  it('is framed by its bytes, whatever length the operator writes', () => {
    const plan = responder(
      {},
      {
        headers: [
          { name: 'Content-LENGTH', value: '1' },
          { name: 'Transfer-Encoding', value: 'chunked' },
        ],
        body: 'é',
      },
    ).constant
    expect(plan?.headers).toEqual([
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['Content-Length', '2'],
    ])
    expect(responder({}, { status: 204 }).constant).toMatchObject({ body: '' })
  })

  it('says whether the provider would have waited', () => {
    expect(responder({ deadline: 'slack' }, { delayMs: 3_000 }).plan(asked())).toMatchObject({ late: false })
    expect(responder({ deadline: 'slack' }, { delayMs: 3_001 }).plan(asked())).toMatchObject({
      late: true,
      deadline: 'slack',
    })
    expect(responder({}, { delayMs: 60_000 }).plan(asked())).toMatchObject({ late: false, deadline: null })
    const dripping = (bytesPerSecond: number) =>
      responder(
        { deadline: 'wix', faults: [{ kind: 'slow-drip', probability: 1, bytesPerSecond }] },
        { body: 'x'.repeat(100) },
      )
    expect(dripping(50).plan(asked()).late).toBe(true)
    expect(dripping(100).plan(asked()).late).toBe(false)
  })

  it('refuses wrong and missing signatures where it is told to, and always for Discord', () => {
    const strict = responder({ refuseInvalid: true })
    const easy = responder()
    expect(strict.plan(asked({ verdict: verdict('invalid', 'stripe') }))).toMatchObject({
      status: 401,
      rule: 'signature',
    })
    expect(strict.plan(asked()).status).toBe(401)
    for (const kind of ['valid', 'no-secret', 'pending'] as const) {
      expect(strict.plan(asked({ verdict: verdict(kind, 'stripe') })).status).toBe(200)
    }
    expect(easy.plan(asked({ verdict: verdict('invalid', 'stripe') })).status).toBe(200)
    expect(easy.plan(asked({ verdict: verdict('invalid', 'discord') })).status).toBe(401)
  })
})

describe('rules', () => {
  const cases: [string, Partial<Rule['when']>, Asking, boolean][] = [
    ['any request', {}, {}, true],
    ['a method', { methods: ['PUT', 'POST'] }, { method: 'POST' }, true],
    ['another method', { methods: ['PUT'] }, { method: 'POST' }, false],
    ['a path', { path: '/orders/*/paid' }, { path: '/orders/a/b/paid?x=1' }, true],
    ['a path without its slash', { path: 'orders*' }, { path: '/orders' }, true],
    ['another path', { path: '/orders' }, { path: '/orders/1' }, false],
    ['the slug alone', { path: '/' }, { path: '' }, true],
    ['a query', { path: '/a?x=*' }, { path: '/a?x=1' }, true],
    ['another query', { path: '/a?x=*' }, { path: '/a?y=1' }, false],
    ['a header', { header: { name: 'x-KIND', contains: 'b' } }, { headers: ['X-Kind', 'a', 'X-Kind', 'bc'] }, true],
    ['another header', { header: { name: 'x-kind', contains: 'b' } }, { headers: ['X-Other', 'b'] }, false],
    ['a field', { field: { path: 'data.items.1.n', equals: '7' } }, { body: '{"data":{"items":[{},{"n":7}]}}' }, true],
    ['a field with dots', { field: { path: 'a.b.c', equals: 'true' } }, { body: '{"a":{"b.c":true}}' }, true],
    ['an inherited field', { field: { path: 'constructor.name', equals: 'Object' } }, { body: '{}' }, false],
    ['a field of another value', { field: { path: 'a', equals: '1' } }, { body: '{"a":{"b":1}}' }, false],
    [
      'a field of a form',
      { field: { path: 'From', equals: '+1 2' } },
      { headers: ['content-type', 'application/x-www-form-urlencoded; charset=utf-8'], body: 'To=a&From=%2B1+2' },
      true,
    ],
    ['a verdict', { verdict: 'valid' }, { verdict: verdict('valid', 'stripe') }, true],
    ['another verdict', { verdict: 'invalid' }, { verdict: verdict('unsigned') }, false],
  ]
  it.each(cases)('know %s', (_name, when, request, isHit) => {
    const plan = responder({ rules: [rule('hit', when)] }).plan(asked(request))
    expect(plan).toMatchObject(isHit ? { rule: 'hit', status: 202 } : { rule: null, status: 200 })
  })

  it('answer in their order', () => {
    const rules = [rule('first', { methods: ['PUT'] }), rule('second', {}), rule('third', {})]
    expect(responder({ rules }).plan(asked()).rule).toBe('second')
  })

  it('compare paths like a pattern of the same meaning, and quickly', () => {
    const word = fc.array(fc.constantFrom('a', 'b', '/', '*'), { maxLength: 12 }).map((letters) => letters.join(''))
    fc.assert(
      fc.property(word, word, (pattern, text) => {
        const regex = new RegExp(`^${pattern.replaceAll('*', '[^]*')}$`)
        expect(matchesGlob(pattern, text)).toBe(regex.test(text))
      }),
    )
    for (const [pattern, text] of [
      ['a*a', 'a'],
      ['ab*bc', 'abc'],
      ['a*b*b', 'ab'],
    ] as const) {
      expect(matchesGlob(pattern, text)).toBe(false)
    }
    const began = performance.now()
    expect(matchesGlob('*a'.repeat(200), `${'a'.repeat(60_000)}b`)).toBe(false)
    expect(performance.now() - began).toBeLessThan(2_000)
  })
})

describe('faults', () => {
  const half: Fault[] = [
    { kind: 'gone', probability: 0.2 },
    { kind: 'rate-limit', probability: 0.5, retryAfterSeconds: 30 },
  ]
  const kinds = (seed: number) => {
    const endpoint = responder({ faults: half, faultSeed: seed })
    return Array.from({ length: 2_000 }, () => endpoint.plan(asked()).fault)
  }

  it('are the same for the same seed and order, others for another seed, and as many as was said', () => {
    const first = kinds(7)
    expect(kinds(7)).toEqual(first)
    expect(kinds(8)).not.toEqual(first)
    expect(first.filter((kind) => kind === 'gone').length / 2_000).toBeCloseTo(0.2, 1)
    expect(first.filter((kind) => kind === 'rate-limit').length / 2_000).toBeCloseTo(0.4, 1)
  })

  it('say what they say', () => {
    const planned = (fault: Fault, answer = {}) => responder({ faults: [fault] }, answer).plan(asked())
    expect(planned({ kind: 'reset', probability: 1 })).toMatchObject({ status: null, headers: [], fault: 'reset' })
    const limited = planned({ kind: 'rate-limit', probability: 1, retryAfterSeconds: 30 })
    expect(limited.status).toBe(429)
    expect(limited.headers).toContainEqual(['Retry-After', '30'])
    expect(planned({ kind: 'gone', probability: 1 }).status).toBe(410)
    const abort = planned({ kind: 'webhook-delivery', probability: 1, value: 'abort-message' })
    expect(abort.status).toBe(500)
    expect(abort.headers).toContainEqual(['webhook-delivery', 'abort-message'])
    const disable = planned({ kind: 'webhook-delivery', probability: 1, value: 'disable' }, { status: 204 })
    expect(disable).toMatchObject({
      status: 204,
      body: '',
      headers: expect.not.arrayContaining([['Content-Length', '2']]),
    })
    expect(planned({ kind: 'half-response', probability: 1 }, { status: 204, body: '' }).body.length).toBeGreaterThan(1)
    expect(planned({ kind: 'gone', probability: 0 })).toMatchObject({ fault: null, status: 200 })
  })

  it('fail the first attempts of each event, also when they come mixed', () => {
    const endpoint = responder({ faults: [{ kind: 'fail-first', probability: 1, count: 2, status: 503 }] })
    const status = (eventId: string | null) => endpoint.plan(asked({ eventId })).status
    expect(['a', 'b', 'a', 'a', 'b', 'b', null, null, null].map(status)).toEqual([
      503, 503, 503, 200, 503, 200, 503, 503, 200,
    ])
  })
})

it('fail-first with a share throws its dice once for each event, not for each attempt', () => {
  const endpoint = responder({ faults: [{ kind: 'fail-first', probability: 0.5, count: 2, status: 503 }] })
  const attempts = Array.from({ length: 1_000 }, (_, event) =>
    [1, 2, 3].map(() => endpoint.plan(asked({ eventId: `evt_${event}` })).status).join(' '),
  )
  expect(new Set(attempts)).toEqual(new Set(['503 503 200', '200 200 200']))
  expect(attempts.filter((statuses) => statuses === '503 503 200').length / 1_000).toBeCloseTo(0.5, 1)
})

describe('handshakes', () => {
  const secrets = [
    { label: 'old', secret: 'wrong' },
    { label: 'new', secret: 'zoomsecret' },
  ]
  const zoomBody = JSON.stringify({
    event: 'endpoint.url_validation',
    payload: { plainToken: 'qgg8vlvZRS6UYooatFL8Aw' },
    event_ts: 1,
  })

  it('answer Zoom with the HMAC of its token, for a signed question alone', () => {
    const endpoint = responder({}, {}, { secrets })
    const signed = { ...verdict('valid', 'zoom'), matchedSecret: 'new' }
    const plan = endpoint.plan(asked({ body: zoomBody, verdict: signed }))
    expect(plan).toMatchObject({ status: 200, rule: 'handshake' })
    expect(JSON.parse(plan.body)).toEqual({
      plainToken: 'qgg8vlvZRS6UYooatFL8Aw',
      encryptedToken: '83b2a60d4bbe49dc93763ed9e727a9a7690cbe4c1f8bb0adc0ffccd09ecb1384',
    })
    for (const kind of ['invalid', 'no-secret', 'pending'] as const) {
      const other = endpoint.plan(asked({ body: zoomBody, verdict: verdict(kind, 'zoom') }))
      expect(other.body).not.toContain('encryptedToken')
    }
    expect(endpoint.plan(asked({ body: zoomBody })).body).not.toContain('encryptedToken')
    const locked = responder({}, {}, { secrets: null })
    expect(locked.plan(asked({ body: zoomBody, verdict: signed })).rule).toBeNull()
  })

  it('answer the challenge of Slack unless its signature is wrong', () => {
    const body = JSON.stringify({ token: 't', challenge: '3eZbrw"1a', type: 'url_verification' })
    for (const judged of [verdict('unsigned'), verdict('no-secret', 'slack'), verdict('valid', 'slack')]) {
      const plan = responder().plan(asked({ body, verdict: judged }))
      expect(plan.rule).toBe('handshake')
      expect(JSON.parse(plan.body)).toEqual({ challenge: '3eZbrw"1a' })
    }
    expect(responder().plan(asked({ body, verdict: verdict('invalid', 'slack') })).rule).toBeNull()
    expect(responder({ answerHandshakes: false }).plan(asked({ body })).rule).toBeNull()
    expect(responder({}, {}, { scheme: 'stripe' }).plan(asked({ body })).rule).toBeNull()
  })

  it('answer PING of Discord, and not the events that have the same type', () => {
    const plan = (body: string, kind: 'valid' | 'invalid') =>
      responder().plan(asked({ body, verdict: verdict(kind, 'discord') }))
    expect(plan('{"type":1}', 'valid')).toMatchObject({ rule: 'handshake', body: '{"type":1}' })
    expect(plan('{"type":0,"version":1}', 'valid')).toMatchObject({ rule: 'handshake', status: 204 })
    expect(plan('{"type":1,"event":{"type":"X"}}', 'valid')).toMatchObject({ rule: null })
    expect(plan('{"type":2}', 'valid')).toMatchObject({ rule: null })
    expect(plan('{"type":1}', 'invalid')).toMatchObject({ status: 401, rule: 'signature' })
  })

  it('come before faults and do not use up their dice', () => {
    const endpoint = responder({ faults: [{ kind: 'fail-first', probability: 1, count: 1, status: 500 }] })
    expect(endpoint.plan(asked({ body: '{"type":"url_verification","challenge":"c"}' })).status).toBe(200)
    expect(endpoint.plan(asked()).status).toBe(500)
  })
})

describe('templates', () => {
  const request: Asking = {
    method: 'PUT',
    path: '/a%20b?x=1%262&y=',
    headers: ['X-Name', 'Ann "A"', 'x-name', 'second'],
    body: '{"data":{"id":12,"list":[true,null],"text":"é\\n\\"q\\""}}',
    eventId: 'evt_1',
  }
  const text = (body: string, headers: { name: string; value: string }[] = []) =>
    responder({}, { headers, body }).plan(asked(request)).body

  it('fill in what the request says, and leave what they do not know', () => {
    expect(text('{{method}} {{ path }} {{query.x}}|{{query.none}}|{{header.x-NAME}}|{{eventId}}')).toBe(
      'PUT /a%20b 1&2||Ann "A"|evt_1',
    )
    expect(text('{{body.data.id}} {{body.data.list}} {{body.data.text}} {{now}}')).toBe(
      '12 [true,null] é\n"q" 2026-01-02T03:04:05.006Z',
    )
    expect(text('{{id}}')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/)
    expect(text('{{unknown}} {{method.x}} {{constructor}} {{query}} {{}} {{body.}}')).toBe(
      '{{unknown}} {{method.x}} {{constructor}} {{query}} {{}} {{body.}}',
    )
  })

  it('stay valid JSON in a JSON answer, in quotes and out of them', () => {
    const filled = text(
      '{"a":"{{body.data.text}} {{body.data.list}}","b":{{body.data}},"c":{{body.none}},"d":{{header.x-name}},"e":"\\"{{method}}","f":{{body}}}',
      json,
    )
    expect(JSON.parse(filled)).toMatchObject({
      a: 'é\n"q" [true,null]',
      b: { id: 12 },
      c: null,
      d: 'Ann "A"',
      e: '"PUT',
      f: { data: { id: 12 } },
    })
  })

  it('cannot become markup of a page', () => {
    const plan = responder({}, { headers: [{ name: 'content-type', value: 'text/HTML' }], body: '<p>{{query.q}}</p>' })
    expect(plan.plan(asked({ path: '/?q=<script>"%26' })).body).toBe('<p>&lt;script&gt;&quot;&amp;</p>')
  })

  it('cannot add a header', () => {
    const plan = responder({}, { headers: [{ name: 'X-Echo', value: '{{body.a}}!' }] })
    expect(plan.plan(asked({ body: JSON.stringify({ a: 'b\r\nSet-Cookie: c=d\u0000' }) })).headers[0]).toEqual([
      'X-Echo',
      'b Set-Cookie: c=d !',
    ])
  })

  it('cannot grow without bound', () => {
    const plan = responder({}, { body: '{{body}}'.repeat(100) }).plan(asked({ body: 'x'.repeat(1_000_000) }))
    expect(plan.body.length).toBe(262_144)
  })
})

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '{{body}}',
    '{{',
    '}}',
    '\r\nSet-Cookie: a=b',
    '"',
    '\\',
    '%',
    '%E0%A4%A',
    '{{body.__proto__.x}}',
    '__proto__',
  ),
)

/** A tab, or one byte that is no control character. */
function isHeaderCharacter(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  return code === 9 || (code >= 32 && code !== 127 && code < 256)
}

describe('hostile requests', () => {
  const anyRequest = fc.record({
    method: hostileText,
    path: hostileText,
    headers: fc.array(hostileText, { maxLength: 7 }),
    body: fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((value) => Buffer.from(value)),
      fc.constant(Buffer.from('[1e400,-1e400]')),
      fc.constant(Buffer.from(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)),
    ),
    eventId: fc.option(hostileText),
  })
  const placeholders = [
    '{{body}}',
    '{{path}}',
    '{{query.a}}',
    '{{header.a}}',
    '{{body.a}}',
    '{{body.0}}',
    '{{eventId}}',
  ]

  it('never make planning throw, nor put a line of their own into the headers', () => {
    fc.assert(
      fc.property(anyRequest, hostileText, (request, own) => {
        const endpoint = responder(
          {
            rules: [rule('r', { path: own, field: { path: own === '' ? 'x' : own, equals: own } })],
            faults: [{ kind: 'fail-first', probability: 0.5, count: 1, status: 500 }],
          },
          { headers: [{ name: 'X-Echo', value: placeholders.join(own) }], body: placeholders.join(own) },
        )
        const { headers, body } = endpoint.plan(asked(request))
        for (const [, value] of headers)
          expect([...value].filter((character) => !isHeaderCharacter(character))).toEqual([])
        expect(headers).toContainEqual(['Content-Length', String(Buffer.byteLength(body))])
      }),
      { numRuns: 120 },
    )
  })

  it('never make a JSON answer something else', () => {
    const template = `{"q":"${placeholders.join(' ')}","v":[${placeholders.join(',')}]}`
    const endpoint = responder({}, { headers: json, body: template })
    fc.assert(
      fc.property(anyRequest, (request) => {
        expect(() => JSON.parse(endpoint.plan(asked(request)).body)).not.toThrow()
      }),
      { numRuns: 120 },
    )
  })
})
