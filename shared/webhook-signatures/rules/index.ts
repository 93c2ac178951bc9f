import type { SchemeId } from '../../webhook-schemes.ts'
import type { SchemeRules } from '../types.ts'
import { discord, sendgrid } from './key-pairs.ts'
import {
  convoySimple,
  genericHmac,
  github,
  githubSha1,
  gitlabToken,
  hookdeck,
  linear,
  outpost,
  shopify,
} from './plain-body.ts'
import { convoyAdvanced, paddle, slack, stripe, zoom } from './stamped.ts'
import { gitlabSigning, standardWebhooks, svix } from './standard.ts'
import { hubspotV1, hubspotV2, hubspotV3, square, twilio } from './url-bound.ts'

export const rulesOf: Record<SchemeId, SchemeRules> = {
  'standard-webhooks': standardWebhooks,
  svix,
  stripe,
  github,
  'github-sha1': githubSha1,
  slack,
  shopify,
  twilio,
  paddle,
  linear,
  square,
  discord,
  'hubspot-v3': hubspotV3,
  'hubspot-v2': hubspotV2,
  'hubspot-v1': hubspotV1,
  zoom,
  'gitlab-signing': gitlabSigning,
  'gitlab-token': gitlabToken,
  'convoy-advanced': convoyAdvanced,
  'convoy-simple': convoySimple,
  outpost,
  hookdeck,
  sendgrid,
  'generic-hmac': genericHmac,
}
