import { NumberInput, type NumberInputProps } from '@mantine/core'
import { useState } from 'react'
import { formatCount } from '../../shared/words.ts'
import { numberBetween } from './number-between.ts'

export interface BoundedNumberProps extends Pick<NumberInputProps, 'suffix' | 'maw' | 'miw' | 'allowDecimal'> {
  readonly label: string
  readonly min: number
  readonly max: number
  readonly value: number
  readonly onChange: (value: number) => void
}

/**
 * A number within bounds, whole unless told otherwise. What is outside of them is said and not taken; leaving the
 * field brings back the last one that was.
 */
export function BoundedNumber({ min, max, value, onChange, allowDecimal = false, ...field }: BoundedNumberProps) {
  const [typed, setTyped] = useState<number | string | null>(null)
  const isWrong = typed !== null && numberBetween(typed, min, max) === null
  return (
    <NumberInput
      {...field}
      min={min}
      max={max}
      clampBehavior="none"
      allowDecimal={allowDecimal}
      value={typed ?? value}
      onChange={(next) => {
        const number = numberBetween(next, min, max)
        setTyped(number === null ? next : null)
        if (number !== null) onChange(number)
      }}
      onBlur={() => setTyped(null)}
      error={isWrong && `From ${formatCount(min)} to ${formatCount(max)}.`}
    />
  )
}
