import { ActionIcon, Menu } from '@mantine/core'
import { IconCopy, IconDots, IconPencil, IconPlugConnected, IconTrash } from '@tabler/icons-react'
import type { ProviderKey } from '../../../shared/contract/keys.ts'
import { providerInfo } from '../../../shared/providers.ts'
import { testFromList, useCopyKey } from './key-actions.ts'

export interface KeyMenuProps {
  readonly value: ProviderKey
  readonly onEdit: (key: ProviderKey) => void
  readonly onDelete: (key: ProviderKey) => void
}

/** What can be done with a key, at the end of its row. */
export function KeyMenu({ value, onEdit, onDelete }: KeyMenuProps) {
  const copy = useCopyKey()
  const isReadable = value.secretState === 'stored'
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={`Actions for ${value.name}`}>
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconCopy size={16} aria-hidden />}
          disabled={!isReadable}
          onClick={() => void copy(value)}
        >
          Copy key
        </Menu.Item>
        <Menu.Item
          leftSection={<IconPlugConnected size={16} aria-hidden />}
          disabled={!isReadable || !providerInfo(value.provider).capabilities.validate}
          onClick={() => void testFromList(value)}
        >
          Test
        </Menu.Item>
        <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={() => onEdit(value)}>
          Edit
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          c="var(--mantine-color-error)"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => onDelete(value)}
        >
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
