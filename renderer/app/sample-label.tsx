import { Badge, Tooltip } from '@mantine/core'
import { IconFlask } from '@tabler/icons-react'
import { useSystemInfo } from './system-info.ts'

/** Says on every page that the data is generated. Nothing in a workspace of one's own. */
export function SampleLabel() {
  const info = useSystemInfo()
  if (info.data?.sample !== true) return null
  return (
    <Tooltip label="Generated data in its own folder. None of these keys is real.">
      <Badge
        color="orange"
        variant="outline"
        radius="sm"
        tt="none"
        leftSection={<IconFlask size={14} aria-hidden />}
        data-sample
      >
        Sample workspace
      </Badge>
    </Tooltip>
  )
}
