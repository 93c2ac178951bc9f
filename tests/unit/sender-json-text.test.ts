import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonValueAt, withJsonField, withJsonValue } from '../../main/sender/json-text.ts'

it('changes one value and leaves every other byte alone', () => {
  const text = '{ "b": 1.0, "a": "\\u00e9\\"}",\n "big": 12345678901234567890, "in": [ {"id" : "x"}, 2 ] }'
  expect(withJsonValue(text, 'in.0.id', 'y')).toBe(text.replace('"x"', '"y"'))
  expect(withJsonValue(text, 'b', 7)).toBe(text.replace('1.0', '7'))
  expect(withJsonValue(text, 'in.1', 3)).toBe(text.replace(', 2 ]', ', 3 ]'))
  expect(withJsonValue('{"id":"a","id":"b"}', 'id', 'c')).toBe('{"id":"a","id":"c"}')
})

it('says null where there is nothing to change', () => {
  for (const path of ['c', 'in.2', 'in.id', 'a.0', 'in.0.id.x', '']) {
    expect(withJsonValue('{"a":"s","in":[{"id":1},[]]}', path, 1), path).toBeNull()
  }
  for (const text of ['', 'a=1', '{"a":', '[1', 'nul']) expect(withJsonValue(text, 'a', 1), text).toBeNull()
})

it('adds a field to any object', () => {
  expect(JSON.parse(withJsonField(' { } ', 'p', 'x') ?? '')).toEqual({ p: 'x' })
  expect(JSON.parse(withJsonField('{"a":{"b":"}"}}', 'p', 'x') ?? '')).toEqual({ a: { b: '}' }, p: 'x' })
  expect(withJsonField('[1]', 'p', 'x')).toBeNull()
})

it('finds what JSON.parse finds, in any JSON', () => {
  const objects = fc.dictionary(
    fc.string({ minLength: 1 }).filter((key) => !key.includes('.')),
    fc.jsonValue(),
  )
  fc.assert(
    fc.property(objects, fc.constantFrom(0, 1, 4), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      const back: Record<string, unknown> = JSON.parse(text)
      for (const key of Object.keys(back)) {
        expect(jsonValueAt(text, key)).toEqual(back[key])
        expect(JSON.parse(withJsonValue(text, key, 'new') ?? '')).toEqual({ ...back, [key]: 'new' })
      }
    }),
    { numRuns: 200 },
  )
})

it('survives any text and any path', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, path) => {
      const changed = withJsonValue(text, path, 1)
      if (changed !== null) JSON.parse(changed)
      expect(changed === null || typeof changed === 'string').toBe(true)
    }),
  )
})
