import { Autocomplete, Button, Group, Menu, Text } from '@mantine/core'
import { IconChevronDown, IconPlus, IconWebhook } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { Endpoint } from '../../../shared/contract/receiver.ts'
import { orpc } from '../../app/api.ts'
import classes from './sender.module.css'

export interface DestinationFieldProps {
  readonly url: string
  readonly onUrl: (url: string) => void
  readonly endpoints: readonly Endpoint[]
  /** One of the operator's own endpoints was chosen. */
  readonly onEndpoint: (endpoint: Endpoint) => void
  readonly error?: ReactNode
}

/** Where to: any address, one that requests are forwarded to, or an endpoint of this Keyhold. */
export function DestinationField({ url, onUrl, endpoints, onEndpoint, error }: DestinationFieldProps) {
  const targets = useQuery(orpc.deliveries.targets.queryOptions({ input: {} }))
  const known = [...new Set((targets.data ?? []).map((target) => target.url))]
  const own = endpoints.find(({ localUrl }) => localUrl !== '' && url.trim().startsWith(localUrl))
  return (
    <div>
      <Group gap="xs" align="flex-end">
        <Autocomplete
          className={classes.grow}
          label="Send to"
          placeholder="http://127.0.0.1:3000/webhooks"
          data={known}
          value={url}
          onChange={onUrl}
          error={error !== undefined}
          required
          autoComplete="off"
          spellCheck={false}
        />
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
              My endpoints
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {endpoints.map((endpoint) => (
              <Menu.Item
                key={endpoint.id}
                leftSection={<IconWebhook size={16} aria-hidden />}
                onClick={() => onEndpoint(endpoint)}
              >
                {endpoint.slug}
              </Menu.Item>
            ))}
            {endpoints.length === 0 && (
              <Menu.Item
                component={Link}
                href="/webhooks/endpoints/new"
                leftSection={<IconPlus size={16} aria-hidden />}
              >
                Make an endpoint
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      </Group>
      {error !== undefined && (
        <Text size="xs" c="var(--mantine-color-error)" mt={4} role="alert">
          {error}
        </Text>
      )}
      {own !== undefined && (
        <Text size="xs" c="dimmed" mt={4}>
          Your endpoint {own.slug}: what is sent is captured here.
        </Text>
      )}
    </div>
  )
}
