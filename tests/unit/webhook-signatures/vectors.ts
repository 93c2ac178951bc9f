import type { VerdictReason } from '../../../shared/webhook-signatures.ts'
import { AT, AT_MS, plain, type Vector } from './vector.ts'
import { convoyVectors, keyPairVectors, stampedVectors, urlVectors } from './vectors-stamped.ts'

const standardKey = `whsec_${'MfKQ9r8GKYqrTwjUPD8I'}${'LPZIo2LaLaSw'}`
const standardId = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
const standardGood = 'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
const junk = 'Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc='
const v1aGood = 'hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=='
const v1aPublic = `whpk_${'1SiA4o9hyqTCpIqC5V9H'}${'UakiiaeACeqfZTInDBbOir4='}`
const v1aPrivate = `whsk_${'6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfV'}${'KIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=='}`

function standard(
  name: string,
  signature: string,
  expect: VerdictReason,
  changes: Partial<Vector> & { stamp?: string } = {},
): Vector {
  const { stamp = String(AT), ...rest } = changes
  return {
    name: `Standard Webhooks: ${name}`,
    scheme: 'standard-webhooks',
    secrets: [standardKey],
    headers: ['webhook-id', standardId, 'webhook-timestamp', stamp, 'webhook-signature', signature],
    body: '{"test": 2432232314}',
    now: AT_MS,
    expect,
    ...rest,
  }
}

const standardVectors: Vector[] = [
  standard('the reference vector', `v1,${standardGood}`, 'valid'),
  standard('without the prefix of the secret', `v1,${standardGood}`, 'valid', { secrets: [standardKey.slice(6)] }),
  standard('any v1 of several, others skipped', `v1,${junk} v2,${junk} v1,${standardGood} v1,${junk}`, 'valid'),
  standard('a v1a entry beside it', `v1a,x v1,${standardGood}`, 'valid'),
  standard('an empty signature', 'v1,', 'mismatch'),
  standard('only the first eight characters', `v1,${standardGood.slice(0, 8)}`, 'mismatch'),
  standard('another signature', `v1,${junk}`, 'mismatch'),
  standard('only another version', `v2,${standardGood}`, 'wrong-version'),
  standard('a timestamp in letters', `v1,${standardGood}`, 'header-malformed', { stamp: 'hello' }),
  standard('digits with letters behind', `v1,${standardGood}`, 'header-malformed', { stamp: `${AT}abc` }),
  standard('300 seconds old', `v1,${standardGood}`, 'valid', { now: AT_MS + 300_999 }),
  standard('301 seconds old', `v1,${standardGood}`, 'stale', { now: AT_MS + 301_000 }),
  standard('300 seconds ahead', `v1,${standardGood}`, 'valid', { now: AT_MS - 300_000 }),
  standard('301 seconds ahead', `v1,${standardGood}`, 'future', { now: AT_MS - 301_000 }),
  standard('an empty secret', `v1,${standardGood}`, 'secret-format', { secrets: [''] }),
  standard('a secret that is only a prefix', `v1,${standardGood}`, 'secret-format', { secrets: ['whsec_'] }),
  standard('no secret', `v1,${standardGood}`, 'secret-missing', { secrets: [] }),
  standard('an empty body', 'v1,v48jdbgvh29KJz2Qc+ghw8G6vG3nAKnujWBg8oM/62A=', 'valid', { body: '' }),
  standard('a changed body', `v1,${standardGood}`, 'mismatch', { body: '{"test": 2432232315}' }),
  standard('no id', `v1,${standardGood}`, 'header-missing', {
    headers: ['webhook-timestamp', String(AT), 'webhook-signature', `v1,${standardGood}`],
  }),
  standard('v1a with the public key', `v1a,${v1aGood}`, 'valid', { secrets: [v1aPublic] }),
  standard('v1a with the private key', `v1a,${v1aGood}`, 'valid', { secrets: [v1aPrivate] }),
  standard('v1a with a symmetric secret', `v1a,${v1aGood}`, 'wrong-version'),
  standard('v1a of a changed body', `v1a,${v1aGood}`, 'mismatch', { secrets: [v1aPublic], body: '{}' }),
  standard('as Svix sends it', `v1,${standardGood}`, 'valid', {
    scheme: 'svix',
    headers: ['Svix-Id', standardId, 'Svix-Timestamp', String(AT), 'Svix-Signature', `v1,${standardGood}`],
  }),
  standard('Svix falling back to the standard headers', `v1,${standardGood}`, 'valid', { scheme: 'svix' }),
  standard("GitLab's signing token", '', 'valid', {
    scheme: 'gitlab-signing',
    secrets: [`whsec_${Buffer.alloc(32, 1).toString('base64')}`],
    headers: [
      'webhook-id',
      'm1',
      'webhook-timestamp',
      String(AT),
      'webhook-signature',
      'v1,J6PnTxbw1KnxqYMS/ac36bKkluEit8rbuB53tvtzX2I=',
    ],
    body: '{}',
  }),
]

const stripeBody = '{"id":"evt_test_webhook","object":"event"}'
const stripeGood = '3c5817089d739023dd6190f70a3757e04f7a2fd8b5dab12c2e000f51970dccff'

function stripe(name: string, header: string, expect: VerdictReason, now: number = AT_MS): Vector {
  const secrets = [`whsec_${'test_secret'}`]
  return {
    name: `Stripe: ${name}`,
    scheme: 'stripe',
    secrets,
    headers: ['Stripe-Signature', header],
    body: stripeBody,
    now,
    expect,
  }
}

const stripeVectors: Vector[] = [
  stripe('one signature', `t=${AT},v1=${stripeGood}`, 'valid'),
  stripe(
    'a wrong one before and an old version behind',
    `t=${AT},v1=${'0'.repeat(64)},v1=${stripeGood},v0=abc`,
    'valid',
  ),
  stripe('only an old version', `t=${AT},v0=${stripeGood}`, 'wrong-version'),
  stripe('300 seconds old', `t=${AT},v1=${stripeGood}`, 'valid', AT_MS + 300_999),
  stripe('301 seconds old', `t=${AT},v1=${stripeGood}`, 'stale', AT_MS + 301_000),
  stripe('of the future, which Stripe accepts', `t=${AT},v1=${stripeGood}`, 'valid', AT_MS - 3_600_000),
  stripe('no timestamp', `v1=${stripeGood}`, 'header-malformed'),
  stripe('a timestamp with letters', `t=${AT}x,v1=${stripeGood}`, 'header-malformed'),
  stripe('upper case, which Stripe refuses', `t=${AT},v1=${stripeGood.toUpperCase()}`, 'mismatch'),
  stripe('junk', 'junk', 'header-malformed'),
]

const foo = '{"foo":"bar"}'
const githubEscapes = JSON.stringify({
  foo: `Foo\n\u001b[34mbar: ${'♥'.repeat(8)}\nthis-is-lost\u001b[0m\u001b[2K`,
}).replace(/\\u001b/g, '\\u001B')
const githubGood = '4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3'

const fooHex = '931b054e00ce96285bb3dd4fa820458d13967534069051743730af56ebce2ec5'
const fooBase64 = 'kxsFTgDOlihbs91PqCBFjROWdTQGkFF0NzCvVuvOLsU='
const junk64 = '0'.repeat(64)

const bodyVectors: Vector[] = [
  plain(
    'github-sha1',
    'computed',
    'mysecret',
    ['X-Hub-Signature', 'sha1=d03207e4b030cf234e3447bac4d93add4c6643d8'],
    foo,
  ),
  plain('outpost', 'computed', 'hush', ['X-Outpost-Signature', `v0=${fooHex}`], foo),
  plain('outpost', 'the second of two', 'hush', ['X-Outpost-Signature', `v0=${junk64},${fooHex}`], foo),
  plain('outpost', 'in base64', 'hush', ['X-Outpost-Signature', `v0=${fooBase64}`], foo),
  plain('outpost', 'another version', 'hush', ['X-Outpost-Signature', `v1=${fooHex}`], foo, 'wrong-version'),
  plain('hookdeck', 'computed', 'hush', ['X-Hookdeck-Signature', fooBase64], foo),
  plain('hookdeck', 'only the second header', 'hush', ['X-Hookdeck-Signature', junk64], foo, 'valid', {
    headers: ['X-Hookdeck-Signature', junk64, 'X-Hookdeck-Signature-2', fooBase64],
  }),
  plain('hookdeck', 'one header twice', 'hush', ['', ''], foo, 'header-malformed', {
    headers: ['X-Hookdeck-Signature', junk64, 'X-Hookdeck-Signature', junk64, 'X-Hookdeck-Signature-2', fooBase64],
  }),
  plain('generic-hmac', 'by default', 'hush', ['X-Signature', fooHex], foo),
  plain('generic-hmac', 'behind a prefix', 'hush', ['X-Acme', `sig:${fooBase64}`], foo, 'valid', {
    options: { header: 'X-Acme', encoding: 'base64', prefix: 'sig:' },
  }),
  plain('generic-hmac', 'without its prefix', 'hush', ['X-Acme', fooBase64], foo, 'header-malformed', {
    options: { header: 'X-Acme', encoding: 'base64', prefix: 'sig:' },
  }),
  plain(
    'github',
    'the documented example',
    "It's a Secret to Everybody",
    ['X-Hub-Signature-256', 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'],
    'Hello, World!',
  ),
  plain('github', 'the package', 'mysecret', ['X-Hub-Signature-256', `sha256=${githubGood}`], '{"foo":"bar"}'),
  plain(
    'github',
    'escapes and hearts',
    'development',
    ['X-Hub-Signature-256', 'sha256=afecc3caa27548bb90d51a50384cb2868b9a3327b4ad6a01c9bd4ed0f8b0b12c'],
    githubEscapes,
  ),
  plain(
    'github',
    'the other algorithm in its header',
    'mysecret',
    ['X-Hub-Signature-256', 'sha1=abc'],
    '{}',
    'wrong-version',
  ),
  plain('github', 'no prefix', 'mysecret', ['X-Hub-Signature-256', githubGood], '{"foo":"bar"}', 'header-malformed'),
  plain(
    'github',
    'another body',
    'mysecret',
    ['X-Hub-Signature-256', `sha256=${githubGood}`],
    '{"foo":"baz"}',
    'mismatch',
  ),
  plain(
    'github',
    'the header twice',
    'mysecret',
    ['X-Hub-Signature-256', `sha256=${githubGood}`],
    '{"foo":"bar"}',
    'header-malformed',
    {
      headers: ['X-Hub-Signature-256', `sha256=${githubGood}`, 'x-hub-signature-256', `sha256=${githubGood}`],
    },
  ),
  plain(
    'shopify',
    'computed',
    'hush',
    ['X-Shopify-Hmac-SHA256', 'sc09ox6/ccNcTmXNHMwNZCGEwOIRL5Kb2Fuxjo74LiA='],
    stripeBody,
  ),
  plain(
    'shopify',
    'the header of the events family',
    'hush',
    ['Shopify-Hmac-Sha256', 'sc09ox6/ccNcTmXNHMwNZCGEwOIRL5Kb2Fuxjo74LiA='],
    stripeBody,
  ),
  plain(
    'linear',
    'computed',
    `lin_wh_${'test'}`,
    ['Linear-Signature', '722ae90a17039fa3c445bc6bb21f57fc0438d43063df52c3051e8641227b6040'],
    `{"action":"create","type":"Issue","webhookTimestamp":${AT_MS}}`,
  ),
  ...[59_000, -59_000].map((now) =>
    plain(
      'linear',
      `${Math.abs(now) / 1_000} seconds ${now > 0 ? 'old' : 'ahead'}`,
      `lin_wh_${'test'}`,
      ['Linear-Signature', '722ae90a17039fa3c445bc6bb21f57fc0438d43063df52c3051e8641227b6040'],
      `{"action":"create","type":"Issue","webhookTimestamp":${AT_MS}}`,
      'valid',
      { now: AT_MS + now },
    ),
  ),
  plain(
    'linear',
    '61 seconds old',
    `lin_wh_${'test'}`,
    ['Linear-Signature', '722ae90a17039fa3c445bc6bb21f57fc0438d43063df52c3051e8641227b6040'],
    `{"action":"create","type":"Issue","webhookTimestamp":${AT_MS}}`,
    'stale',
    { now: AT_MS + 61_000 },
  ),
  plain(
    'linear',
    '61 seconds ahead',
    `lin_wh_${'test'}`,
    ['Linear-Signature', '722ae90a17039fa3c445bc6bb21f57fc0438d43063df52c3051e8641227b6040'],
    `{"action":"create","type":"Issue","webhookTimestamp":${AT_MS}}`,
    'future',
    { now: AT_MS - 61_000 },
  ),
  plain(
    'linear',
    'no timestamp in the body',
    'x',
    ['Linear-Signature', '66961cf2b89ddbd1c247eff6472a1561fe1879d64eed6f82898798b27c43521f'],
    '{"action":"create"}',
    'timestamp-missing',
  ),
  plain('gitlab-token', 'the token', 'my-token', ['X-Gitlab-Token', 'my-token'], '{}'),
  plain('gitlab-token', 'another token', 'my-token', ['X-Gitlab-Token', 'my-tokem'], '{}', 'mismatch'),
  plain('generic-hmac', 'SHA-1 in base64 behind a prefix', 'x', ['X-Acme', 'sig:'], '{}', 'mismatch', {
    options: { header: 'X-Acme', algorithm: 'sha1', encoding: 'base64', prefix: 'sig:' },
  }),
]

export const vectors: readonly Vector[] = [
  ...standardVectors,
  ...stripeVectors,
  ...bodyVectors,
  ...stampedVectors,
  ...urlVectors,
  ...keyPairVectors,
  ...convoyVectors,
]
