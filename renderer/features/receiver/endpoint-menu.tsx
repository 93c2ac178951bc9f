import { ActionIcon, Menu } from '@mantine/core'
import { IconDots, IconListDetails, IconPencil, IconTrash } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { Endpoint } from '../../../shared/contract/receiver.ts'

export interface EndpointMenuProps {
  readonly endpoint: Endpoint
  readonly onEdit: (endpoint: Endpoint) => void
  readonly onDelete: (endpoint: Endpoint) => void
}

/** What can be done with an endpoint, at the end of its row. */
export function EndpointMenu({ endpoint, onEdit, onDelete }: EndpointMenuProps) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={`Actions for ${endpoint.name}`}>
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          component={Link}
          href={`/webhooks/requests?endpoint=${endpoint.id}`}
          leftSection={<IconListDetails size={16} aria-hidden />}
        >
          Show its requests
        </Menu.Item>
        <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={() => onEdit(endpoint)}>
          Edit
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          c="var(--mantine-color-error)"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => onDelete(endpoint)}
        >
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
