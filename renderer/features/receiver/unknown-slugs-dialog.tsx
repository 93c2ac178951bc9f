import { Button, Modal, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { Endpoint, ReceiverStatus } from '../../../shared/contract/receiver.ts'
import { countOf } from '../../../shared/words.ts'
import { client } from '../../app/api.ts'
import { notifyDone } from '../../ui/notify.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { useAction } from '../../ui/use-action.ts'
import { useFocusBack } from '../../ui/use-focus-back.ts'
import { visibleLine } from '../../ui/visible-text.ts'
import classes from './receiver-bar.module.css'
import { slugFrom } from './slug.ts'
import { showEndpoint } from './use-endpoints.ts'

export interface UnknownSlugsDialogProps {
  readonly slugs: ReceiverStatus['unknownSlugs']
  readonly onClose: () => void
  readonly onMade: (endpoint: Endpoint) => void
}

/** Addresses that somebody asked for and that do not exist: often a typing mistake at the sender. */
export function UnknownSlugsDialog({ slugs, onClose, onMade }: UnknownSlugsDialogProps) {
  const [making, setMaking] = useState<string | null>(null)
  useFocusBack()
  const make = useAction(async (slug: string) => {
    const endpoint = await client.receiver.createEndpoint({ slug })
    showEndpoint(endpoint)
    notifyDone(`/h/${endpoint.slug} is ready. The next request is captured.`)
    onClose()
    onMade(endpoint)
  })
  return (
    <Modal opened onClose={onClose} title="Addresses that do not exist" size="lg">
      <Stack gap="sm">
        <Text size="sm">
          Requests came for these addresses and got 404. What they held is not kept. Make the endpoint if it should
          exist, or correct the address at the sender.
        </Text>
        <ProblemAlert error={make.error} />
        <ul className={classes.slugs}>
          {slugs.map(({ slug, count, lastAt }) => (
            <li key={slug} className={classes.slugRow}>
              <div className={classes.slugWords}>
                <span className="keyhold-mono">/h/{visibleLine(slug)}</span>
                <div className={classes.quiet}>
                  {countOf(count, 'request')}, last <RelativeTime at={lastAt} focusable />
                </div>
              </div>
              {slugFrom(slug) === slug ? (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={`Make this endpoint: ${slug}`}
                  loading={make.isPending && making === slug}
                  disabled={make.isPending}
                  onClick={() => {
                    setMaking(slug)
                    void make.run(slug)
                  }}
                >
                  Make this endpoint
                </Button>
              ) : (
                <span className={classes.quiet}>Cannot be a slug</span>
              )}
            </li>
          ))}
        </ul>
      </Stack>
    </Modal>
  )
}
