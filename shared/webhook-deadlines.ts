/** How long providers wait for the answer to a webhook before they count it as failed, in milliseconds. */
export const deadlinePresets = ['wix', 'slack', 'zoom', 'shopify', 'github', 'gitlab', 'standard-webhooks'] as const
export type DeadlinePreset = (typeof deadlinePresets)[number]

export const deadlines: Record<DeadlinePreset, { readonly name: string; readonly ms: number }> = {
  wix: { name: 'Wix', ms: 1_250 },
  slack: { name: 'Slack', ms: 3_000 },
  zoom: { name: 'Zoom', ms: 3_000 },
  shopify: { name: 'Shopify', ms: 5_000 },
  github: { name: 'GitHub', ms: 10_000 },
  gitlab: { name: 'GitLab', ms: 10_000 },
  /** The specification asks senders for 15 to 30 s; the shorter one is the safe one for a handler. */
  'standard-webhooks': { name: 'Standard Webhooks', ms: 15_000 },
}
