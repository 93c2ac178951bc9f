import type { SchemeId } from '../../../shared/webhook-schemes.ts'
import type { VerdictReason } from '../../../shared/webhook-signatures.ts'
import { AT, AT_MS, plain, type Vector } from './vector.ts'

const slackForm =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
const slackSecret = '8f742231b10e8888' + 'abcd99yyyzzz85a5'

function slack(
  name: string,
  secret: string,
  stamp: number | string,
  signature: string,
  body: string,
  expect: VerdictReason,
  now: number,
): Vector {
  return {
    name: `Slack: ${name}`,
    scheme: 'slack',
    secrets: [secret],
    headers: ['X-Slack-Request-Timestamp', String(stamp), 'X-Slack-Signature', signature],
    body,
    now,
    expect,
  }
}

const slackGood = 'v0=69305d1574970e4928f00c7f8b171865e51723c9331b374995e412963b8eeaa5'
const zoomGood = 'v0=5d6d4d986bb58274721ba1b4f917cf79e7f5eb504bf87ce2ea19fd319562ac8b'
const paddleSecret = 'VALID' + '_SECRET'
const paddleAt = 1_698_796_800
const paddleGood = 'a300428748dce5c70e4da19bffd60769591ea969c99dea3105d0ec9612cf43f9'
const paddleValue = '28981e941fae76e53db32f3d2a83cb69db41476595e84e1970a1b5d98f62b261'

function paddle(name: string, header: string, body: string, expect: VerdictReason, afterMs = 0): Vector {
  const now = paddleAt * 1_000 + afterMs
  return {
    name: `Paddle: ${name}`,
    scheme: 'paddle',
    secrets: [paddleSecret],
    headers: ['Paddle-Signature', header],
    body,
    now,
    expect,
  }
}

export const stampedVectors: Vector[] = [
  slack(
    'the documented example',
    slackSecret,
    1_531_420_618,
    'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    slackForm,
    'valid',
    1_531_420_618_000,
  ),
  slack('computed', 'secret', AT, slackGood, '{"foo":"bar"}', 'valid', AT_MS),
  slack('301 seconds old', 'secret', AT, slackGood, '{"foo":"bar"}', 'stale', AT_MS + 301_000),
  slack('of the future, which Slack accepts', 'secret', AT, slackGood, '{"foo":"bar"}', 'valid', AT_MS - 3_600_000),
  slack('another version', 'secret', AT, slackGood.replace('v0', 'v1'), '{"foo":"bar"}', 'wrong-version', AT_MS),
  slack('a timestamp in letters', 'secret', 'soon', slackGood, '{"foo":"bar"}', 'header-malformed', AT_MS),
  {
    name: 'Zoom: computed',
    scheme: 'zoom',
    secrets: ['zoomsecret'],
    headers: ['x-zm-request-timestamp', String(AT), 'x-zm-signature', zoomGood],
    body: `{"event":"meeting.started","event_ts":${AT_MS}}`,
    now: AT_MS + 86_400_000,
    expect: 'valid',
  },
  paddle('the package', `ts=${paddleAt};h1=${paddleGood}`, '{"data": ["1", "2"]}', 'valid'),
  paddle(
    'several and an unknown one',
    `ts=${paddleAt};h1=${paddleValue};h1=${paddleValue};h2=RANDOM_HASH`,
    '{"data": "value"}',
    'valid',
  ),
  paddle('the first of two', `ts=${paddleAt};h1=${paddleValue};h1=${paddleGood}`, '{"data": "value"}', 'valid'),
  paddle('5 seconds old', `ts=${paddleAt};h1=${paddleGood}`, '{"data": ["1", "2"]}', 'valid', 5_000),
  paddle('a millisecond more', `ts=${paddleAt};h1=${paddleGood}`, '{"data": ["1", "2"]}', 'stale', 5_001),
  paddle('6 seconds old', `ts=${paddleAt};h1=${paddleGood}`, '{"data": ["1", "2"]}', 'stale', 6_000),
  paddle(
    'of the future, which Paddle accepts',
    `ts=${paddleAt};h1=${paddleGood}`,
    '{"data": ["1", "2"]}',
    'valid',
    -3_600_000,
  ),
  paddle('more spaces', `ts=${paddleAt};h1=${paddleGood}`, '{ "data": [ "1", "2" ]}', 'mismatch'),
  paddle('another timestamp', `ts=9876;h1=${paddleGood}`, '{"data": ["1", "2"]}', 'mismatch'),
  paddle('no timestamp', 'h1=invalid_header', '{}', 'header-malformed'),
  paddle('no signature', 'ts=1234;h2=invalid_header', '{}', 'wrong-version'),
  paddle('junk', 'invalid_header', '{}', 'header-malformed'),
]

const twilioUrl = 'https://mycompany.com/myapp.php?foo=1&bar=2'
const twilioForm = 'CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212'
const twilioJson = '{"property": "value", "boolean": true}'
const twilioHash = '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620'

function twilio(
  name: string,
  url: string | null,
  signature: string,
  body: string,
  type: string,
  expect: VerdictReason,
): Vector {
  const headers = ['X-Twilio-Signature', signature, 'Content-Type', type]
  return {
    name: `Twilio: ${name}`,
    scheme: 'twilio',
    secrets: ['12345'],
    headers,
    body,
    now: AT_MS,
    expect,
    ...(url === null ? {} : { url }),
  }
}

const form = 'application/x-www-form-urlencoded'
const squareSecret = 'Ibxx_5AKakO' + '-3qeNVR61Dw'
const squareUrl = 'https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9'
const squareBody =
  '{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification","event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z","data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}'
const squareGood = 'GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4='

function square(
  name: string,
  secret: string,
  url: string,
  signature: string,
  body: string,
  expect: VerdictReason,
): Vector {
  const headers = ['x-square-hmacsha256-signature', signature]
  return { name: `Square: ${name}`, scheme: 'square', secrets: [secret], headers, body, url, now: AT_MS, expect }
}

const hubspotSecret = `yyyyyyyy-yyyy-yyyy-yyyy-${'y'.repeat(12)}`
const hubspotUrl = 'https://www.example.com/webhook_uri'
const hubspotBody = '{"example_field":"example_value"}'
const hubspotArray =
  '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]'

function hubspot(
  name: string,
  scheme: SchemeId,
  headers: readonly string[],
  body: string,
  expect: VerdictReason,
  rest: Partial<Vector> = {},
): Vector {
  return {
    name: `HubSpot: ${name}`,
    scheme,
    secrets: [hubspotSecret],
    headers,
    body,
    url: hubspotUrl,
    now: AT_MS,
    expect,
    ...rest,
  }
}

const v3Headers = [
  'X-HubSpot-Signature-v3',
  'tpCufWLOupRpVXpoJy1Cdw0BOVgWjilpkfjxyo2w2OQ=',
  'X-HubSpot-Request-Timestamp',
  String(AT_MS),
]
const v2Headers = [
  'X-HubSpot-Signature',
  '9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900',
  'X-HubSpot-Signature-Version',
  'v2',
]

export const urlVectors: Vector[] = [
  twilio('a form', twilioUrl, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', twilioForm, form, 'valid'),
  twilio('signed with port 443', twilioUrl, 'kvajT1Ptam85bY51eRf/AJRuM3w=', twilioForm, form, 'valid'),
  twilio(
    'signed with port 80',
    twilioUrl.replace('https', 'http'),
    '0ZXoZLH/DfblKGATFgpif+LLRf4=',
    twilioForm,
    form,
    'valid',
  ),
  twilio(
    'JSON through its hash',
    `${twilioUrl}&bodySHA256=${twilioHash}`,
    'a9nBmqA0ju/hNViExpshrM61xv4=',
    twilioJson,
    'application/json',
    'valid',
  ),
  twilio(
    'another JSON body',
    `${twilioUrl}&bodySHA256=${twilioHash}`,
    'a9nBmqA0ju/hNViExpshrM61xv4=',
    '{}',
    'application/json',
    'mismatch',
  ),
  twilio('another URL', 'https://mycompany.com/other', 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', twilioForm, form, 'mismatch'),
  twilio('no URL', null, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', twilioForm, form, 'url-unknown'),
  square('the package', squareSecret, squareUrl, squareGood, squareBody, 'valid'),
  square(
    'a short one',
    'signature-key',
    'https://webhook.site/webhooks',
    'W3FlCNk5IA3ZQ2LHTWoajvzfaDu/OwY2tNHIHC3IUOA=',
    '{"data":{"type":"webhooks","id":"fake_id"}}',
    'valid',
  ),
  square(
    'angle brackets',
    'signature-key',
    'https://webhook.site/webhooks',
    'Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U=',
    '{"data":{"type":"webhooks","id":">id<"}}',
    'valid',
  ),
  square('another URL', squareSecret, squareUrl.replace('679', '79'), squareGood, squareBody, 'mismatch'),
  square('another key', 'MCmhFRxGX82xMwg' + '5FsaoQA', squareUrl, squareGood, squareBody, 'mismatch'),
  square('formatted', squareSecret, squareUrl, squareGood, JSON.stringify(JSON.parse(squareBody), null, 4), 'mismatch'),
  hubspot('v3', 'hubspot-v3', v3Headers, hubspotBody, 'valid'),
  hubspot('v3, 300 seconds old', 'hubspot-v3', v3Headers, hubspotBody, 'valid', { now: AT_MS + 300_000 }),
  hubspot('v3, a millisecond more', 'hubspot-v3', v3Headers, hubspotBody, 'stale', { now: AT_MS + 300_001 }),
  hubspot('v3, of the future, which HubSpot accepts', 'hubspot-v3', v3Headers, hubspotBody, 'valid', {
    now: AT_MS - 3_600_000,
  }),
  hubspot('v3, another method', 'hubspot-v3', v3Headers, hubspotBody, 'mismatch', { method: 'PUT' }),
  hubspot('v2 with a body', 'hubspot-v2', v2Headers, hubspotBody, 'valid'),
  hubspot(
    'v2 without a body',
    'hubspot-v2',
    ['X-HubSpot-Signature', 'eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e'],
    '',
    'valid',
    { method: 'GET' },
  ),
  hubspot(
    'v1',
    'hubspot-v1',
    ['X-HubSpot-Signature', '232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de'],
    hubspotArray,
    'valid',
  ),
  hubspot('v2 taken for v1', 'hubspot-v1', v2Headers, hubspotBody, 'wrong-version'),
]

const discordPublic = 'ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c'
const discordGood =
  '31efbc58d02b6b37386565b6c414fe93a28035a58ba6379910f0e0366589d223c990d77582aafeda74c7ca04043874e2ba1130a5662cf115456c09cf7b0d5e0e'
const discordHeaders = ['X-Signature-Ed25519', discordGood, 'X-Signature-Timestamp', String(AT)]
const sendgridKey =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA=='
const sendgridOther =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqTxd43gyp8IOEto2LdIfjRQrIbsd4SXZkLW6jDutdhXSJCWHw8REntlo7aNDthvj+y7GjUuFDb/R1NGe1OPzpA=='
const sendgridGood = 'MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0='

function sendgrid(
  name: string,
  key: string,
  signature: string,
  stamp: string,
  body: string,
  expect: VerdictReason,
): Vector {
  return {
    name: `SendGrid: ${name}`,
    scheme: 'sendgrid',
    secrets: [key],
    headers: ['X-Twilio-Email-Event-Webhook-Signature', signature, 'X-Twilio-Email-Event-Webhook-Timestamp', stamp],
    body,
    now: 1_588_788_367_000,
    expect,
  }
}

const sendgridBody = '{"category":"example_payload","event":"test_event","message_id":"message_id"}'

export const keyPairVectors: Vector[] = [
  plain('discord', 'computed', discordPublic, ['', ''], '{"type":1}', 'valid', { headers: discordHeaders }),
  plain('discord', 'another body', discordPublic, ['', ''], '{"type":2}', 'mismatch', { headers: discordHeaders }),
  plain('discord', 'a key that is too short', discordPublic.slice(2), ['', ''], '{"type":1}', 'secret-format', {
    headers: discordHeaders,
  }),
  sendgrid('the package', sendgridKey, sendgridGood, '1588788367', sendgridBody, 'valid'),
  sendgrid('another key', sendgridOther, sendgridGood, '1588788367', sendgridBody, 'mismatch'),
  sendgrid('another body', sendgridKey, sendgridGood, '1588788367', 'payload', 'mismatch'),
  sendgrid(
    'another signature',
    sendgridKey,
    sendgridGood.replace('YNH2', 'YNH3'),
    '1588788367',
    sendgridBody,
    'mismatch',
  ),
  sendgrid('a timestamp in letters', sendgridKey, sendgridGood, 'timestamp', sendgridBody, 'header-malformed'),
]

const convoyBody = '{"event":"charge.success","amount":1000,"currency":"NGN"}'
const convoyGood = '77b8b9269f25a199846a55a2bd25b3fba151c70fdae60bb1dcd87fbbc943c55c'
const convoyWrong = '449623e4897bbde05e35358293f97b8c2f697367ffa3e7466e98178dfba44d19'

function convoy(name: string, scheme: SchemeId, header: string, expect: VerdictReason): Vector {
  const headers = ['X-Convoy-Signature', header]
  return {
    name: `Convoy: ${name}`,
    scheme,
    secrets: ['convoy-webhook' + '-secret'],
    headers,
    body: convoyBody,
    now: 1_700_000_000_000,
    expect,
  }
}

export const convoyVectors: Vector[] = [
  convoy(
    'simple, SHA-256, hex',
    'convoy-simple',
    '244449b7f48cbc2709060c9dcdc2b3aa47a78f540430579015c579fb12defbb4',
    'valid',
  ),
  convoy('simple, SHA-256, base64', 'convoy-simple', 'JERJt/SMvCcJBgydzcKzqkenj1QEMFeQFcV5+xLe+7Q=', 'valid'),
  convoy(
    'simple, SHA-512, hex',
    'convoy-simple',
    '6cc772dc81942ae1b5ffa91c3a6a07b0d37edc8dc6bd83e3518a219f1f19ff71ae1b76d6b320940d414c236a1aad7f7930b63e0f1928951955d31219545e1b66',
    'valid',
  ),
  convoy(
    'simple, SHA-512, base64',
    'convoy-simple',
    'bMdy3IGUKuG1/6kcOmoHsNN+3I3GvYPjUYohnx8Z/3GuG3bWsyCUDUFMI2oarX95MLY+DxkolRlV0xIZVF4bZg==',
    'valid',
  ),
  convoy(
    'simple, tampered',
    'convoy-simple',
    '244449b7f48cbc2709060c9dcdc2b3aa47a78f540430579015c579fb12defbb0',
    'mismatch',
  ),
  convoy('advanced, SHA-256, hex', 'convoy-advanced', `t=1700000000,v1=${convoyGood}`, 'valid'),
  convoy(
    'advanced, SHA-256, base64',
    'convoy-advanced',
    't=1700000000,v1=d7i5Jp8loZmEalWivSWz+6FRxw/a5gux3Nh/u8lDxVw=',
    'valid',
  ),
  convoy(
    'advanced, SHA-512, hex',
    'convoy-advanced',
    't=1700000000,v1=b2122e252cd2582cf225cb2b8d4ceede9e34329e2fe95c02619c3ed5d4a3d9a73e6beaf2dff8e76d71a693ae198cee40685eed12ad4ee2e033dc2d0399ede057',
    'valid',
  ),
  convoy(
    'advanced, SHA-512, base64',
    'convoy-advanced',
    't=1700000000,v1=shIuJSzSWCzyJcsrjUzu3p40Mp4v6VwCYZw+1dSj2ac+a+ry3/jnbXGmk64ZjO5AaF7tEq1O4uAz3C0Dme3gVw==',
    'valid',
  ),
  convoy('advanced, tampered', 'convoy-advanced', `t=1700000000,v1=${convoyGood.slice(0, -1)}0`, 'mismatch'),
  convoy('advanced, timestamp behind', 'convoy-advanced', `v1=${convoyGood},t=1700000000`, 'valid'),
  convoy('advanced, one of two', 'convoy-advanced', `t=1700000000,v1=${convoyWrong},v1=${convoyGood}`, 'valid'),
  convoy(
    'advanced, none of two',
    'convoy-advanced',
    `t=1700000000,v1=${convoyWrong},v1=${convoyWrong.replace('4', '5')}`,
    'mismatch',
  ),
  convoy('advanced, an endless timestamp', 'convoy-advanced', `t=Infinity,v1=${convoyGood}`, 'header-malformed'),
  convoy('advanced, a number for a signature', 'convoy-advanced', 't=1700000000,v1=1234567890', 'mismatch'),
  convoy('advanced, no timestamp', 'convoy-advanced', `v1=${convoyGood},v2=${convoyGood}`, 'header-malformed'),
]
