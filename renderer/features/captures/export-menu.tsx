import { Button, Menu } from '@mantine/core'
import { IconChevronDown, IconDownload } from '@tabler/icons-react'
import type { Selection } from '../../../shared/contract/captures.ts'
import { exportCaptures, exportChoices } from './capture-actions.ts'

/** The ways out for captured requests: to the clipboard, to a file, to another Keyhold. */
export function ExportMenu({ selection }: { readonly selection: Selection }) {
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDownload size={14} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {exportChoices.map((choice) => (
          <Menu.Item key={choice.format} onClick={() => void exportCaptures(selection, choice)}>
            {choice.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
