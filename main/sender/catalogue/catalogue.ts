import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { developersWorkspaceEvents } from './developers-workspace.ts'
import { discordEvents } from './discord.ts'
import { gatewayEvents } from './gateways.ts'
import { githubEvents, githubSha1Events } from './github.ts'
import { gitlabEvents, gitlabSignedEvents } from './gitlab.ts'
import { hubspotEvents } from './hubspot.ts'
import { linearEvents } from './linear.ts'
import { paddleEvents } from './paddle.ts'
import { partnerPortalEvents } from './partner-portal.ts'
import { sendgridEvents } from './sendgrid.ts'
import { shopifyEvents } from './shopify.ts'
import { slackEvents } from './slack.ts'
import { squareEvents } from './square.ts'
import { storytailorEvents } from './storytailor.ts'
import { stripeEvents } from './stripe.ts'
import { tunetrailEvents } from './tunetrail.ts'
import { twilioEvents } from './twilio.ts'
import { zoomEvents } from './zoom.ts'

/**
 * Events as providers and platforms send them, written for this project: the form is theirs, people, ids and amounts are
 * made up and look it. Platforms first, then providers by name.
 */
export const sampleEvents: readonly SampleEvent[] = [
  ...storytailorEvents,
  ...developersWorkspaceEvents,
  ...tunetrailEvents,
  ...partnerPortalEvents,
  ...discordEvents,
  ...githubEvents,
  ...githubSha1Events,
  ...gitlabEvents,
  ...gitlabSignedEvents,
  ...hubspotEvents,
  ...linearEvents,
  ...paddleEvents,
  ...sendgridEvents,
  ...shopifyEvents,
  ...slackEvents,
  ...squareEvents,
  ...stripeEvents,
  ...twilioEvents,
  ...zoomEvents,
  ...gatewayEvents,
]
