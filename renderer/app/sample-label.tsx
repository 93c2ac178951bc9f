import { Tooltip } from '@mantine/core'
import { IconFlask } from '@tabler/icons-react'
import classes from './sample-label.module.css'
import { useSystemInfo } from './system-info.ts'

/** Says on every page that the data is generated. Nothing in a workspace of one's own. */
export function SampleLabel() {
  const info = useSystemInfo()
  if (info.data?.sample !== true) return null
  return (
    <Tooltip label="Generated data in its own folder. None of these keys is real.">
      <span className={classes.label} data-sample>
        <IconFlask size={14} aria-hidden />
        <span>
          Sample<span className={classes.long}> workspace</span>
        </span>
      </span>
    </Tooltip>
  )
}
