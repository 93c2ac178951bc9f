import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layOutJson } from '../../main/captures/body-views/json-layout.ts'
import { scanJson } from '../../main/captures/body-views/json-scan.ts'
import { layOutXml } from '../../main/captures/body-views/xml-layout.ts'
import { receiverLimits } from '../../shared/limits.ts'
import { allText, page, textOf, view } from './captures-body-views-samples.ts'

function tokens(text: string): string[] {
  const found: string[] = []
  expect(scanJson(text, (_, start, end) => found.push(text.slice(start, end)))).toBeNull()
  return found
}

const jsonText = fc
  .letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom(
        '1e400',
        '-0',
        '12345678901234567890',
        '1.0',
        '0.1E+2',
        'true',
        'null',
        '"\\u0041\\/"',
        '"é\u2028"',
      ),
      fc.json({ depthSize: 'small' }),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => `[ ${items.join(' ,\n')}\t]`),
      fc
        .array(fc.tuple(fc.constantFrom('a', 'a', '__proto__', 'b c'), tie('value')), { maxLength: 4 })
        .map((fields) => `{${fields.map(([name, value]) => `"${name}" :${value}`).join(',')}}`),
    ),
  }))
  .value.map(String)

describe('a body laid out as JSON', () => {
  it('keeps every value as it is written: large numbers, duplicate keys, escapes', () => {
    const body = '{"a":1e400,"a":12345678901234567890,"b":"\\u00e9\\/","c":[],"d":{ },"e":[1.0,-0]}'
    const shown = view(body, 'application/vnd.api+json; charset=utf-8')
    expect(shown).toMatchObject({ view: { kind: 'json', charset: 'utf-8' }, problem: null, nextOffset: null })
    expect(textOf(shown)).toBe(
      '{\n  "a": 1e400,\n  "a": 12345678901234567890,\n  "b": "\\u00e9\\/",\n  "c": [],\n  "d": {},\n  "e": [\n    1.0,\n    -0\n  ]\n}',
    )
  })

  it('never changes a token, whatever the JSON is', () => {
    fc.assert(
      fc.property(jsonText, (body) => {
        expect(tokens(textOf(view(body, 'application/json')))).toEqual(tokens(body))
      }),
    )
  })

  it('calls the same texts JSON as the parser of the language', () => {
    const nearJson = fc.oneof(
      fc
        .array(fc.constantFrom(...'{}[]:,"\\u0019.eE+-tfn ', '"a"', 'true', 'null', '12', '\n', '\u0001'))
        .map((l) => l.join('')),
      fc.tuple(jsonText, fc.nat(), fc.constantFrom('', ',', '}', ']', '"', '0', '\\')).map(([text, at, extra]) => {
        const cut = text.length === 0 ? 0 : at % text.length
        return text.slice(0, cut) + extra + text.slice(cut + 1)
      }),
    )
    fc.assert(
      fc.property(nearJson, (text) => {
        let parses = true
        try {
          JSON.parse(text)
        } catch {
          parses = false
        }
        expect(scanJson(text, () => {}) === null).toBe(parses)
      }),
      { numRuns: 1_000 },
    )
  })

  it('lays out 10,000 levels and 25 MB of open brackets without running over', () => {
    const deep = '['.repeat(10_000) + ']'.repeat(10_000)
    const shown = view(deep, 'application/json')
    expect(shown.view.kind).toBe('json')
    expect(tokens(allText(deep, 'application/json', 'pretty'))).toHaveLength(20_000)
    expect(shown.nextOffset).toBe(page)
    const hostile = view(Buffer.alloc(receiverLimits.maxBody, '['), 'application/json')
    expect(hostile.view.kind).toBe('text')
    expect(hostile.problem).toContain('ends early')
  })

  it('gives 25 MB page by page, a string of 25 MB too', () => {
    const body = `["${'x'.repeat(receiverLimits.maxBody - 4)}"]`
    const shown = view(body, 'application/json', { offset: page * 2 })
    expect(shown).toMatchObject({ view: { kind: 'json' }, nextOffset: page * 3 })
    expect(textOf(shown)).toHaveLength(page)
    const last = view(body, 'application/json', { offset: receiverLimits.maxBody - 10 })
    expect(textOf(last).endsWith('x"\n]')).toBe(true)
    expect(last.nextOffset).toBeNull()
  })

  it('shows the same text in pages of any size', () => {
    fc.assert(
      fc.property(jsonText, fc.integer({ min: 2, max: 40 }), (body, size) => {
        const whole = layOutJson(body, 0, 1_000_000)
        let joined = ''
        for (let offset: number | null = 0; offset !== null; ) {
          const part = layOutJson(body, offset, size)
          if (part.kind === 'fault') throw new Error(part.fault.reason)
          expect(part.page.text.isWellFormed()).toBe(true)
          joined += part.page.text
          offset = part.page.nextOffset
        }
        expect(whole).toMatchObject({ page: { text: joined, nextOffset: null } })
      }),
    )
  })

  it('takes nothing for JSON that is none', () => {
    for (const body of [
      '"a\u0001"',
      '"a\nb"',
      '"\\x"',
      '"\\u00g0"',
      '[1,]',
      '{"a":1,}',
      '01',
      '1.',
      '.5',
      '+1',
      '1e',
      '{a:1}',
      "['a']",
      'nul',
      '1 2',
      '[}',
      '"a',
    ]) {
      expect(view(body, 'application/json')).toMatchObject({ view: { kind: 'text', text: body } })
    }
  })

  it('says where it is broken and shows it as it came', () => {
    const shown = view('{"a": 1,\n "b": }', 'application/json')
    expect(shown.view).toEqual({ kind: 'text', text: '{"a": 1,\n "b": }', charset: 'utf-8' })
    expect(shown.problem).toBe('The content type says JSON, but a value is missing (line 2, column 7).')
  })

  it('finds JSON under other types: none, plain text, form', () => {
    expect(view('{"a":1}').view.kind).toBe('json')
    expect(view(' [1]', 'text/plain').view.kind).toBe('json')
    const form = view('{"a":1}', 'application/x-www-form-urlencoded')
    expect(form.view.kind).toBe('json')
    expect(form.problem).toContain('says form')
    expect(view('{not json', 'text/plain')).toMatchObject({ view: { kind: 'text' }, problem: null })
  })
})

describe('a body laid out as XML', () => {
  const pretty = (body: string) => textOf(view(body, 'application/xml'))

  it('moves elements, and nothing that could be a value', () => {
    expect(pretty('<?xml version="1.0"?><a x="1" x=\'>\'><b> </b><c>t <i>u</i>\n</c><d/><e></e><!-- n --></a>')).toBe(
      '<?xml version="1.0"?>\n<a x="1" x=\'>\'>\n  <b> </b>\n  <c>t <i>u</i>\n</c>\n  <d/>\n  <e></e>\n  <!-- n -->\n</a>',
    )
    expect(pretty('<a><b xml:space="preserve"> <c/> </b><d><![CDATA[<x>]]></d></a>')).toBe(
      '<a>\n  <b xml:space="preserve"> <c/> </b>\n  <d><![CDATA[<x>]]></d>\n</a>',
    )
  })

  it('expands no entity', () => {
    const bomb = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>'
    expect(pretty(bomb)).toBe('<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]>\n<a>&y;</a>')
  })

  it('changes only white space, whatever the text is', () => {
    const element = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom('text', ' ', '\n', '&amp;', '<e/>', '<!-- c -->', '<![CDATA[ ]]]>', '<?p q?>', "<f g='>'/>"),
        fc.array(tie('node'), { maxLength: 4 }).map((nodes) => `<n a="1">${nodes.join('')}</n>`),
      ),
    })).node
    fc.assert(
      fc.property(element, (inside) => {
        const body = `<r>${inside}</r>`
        const shown = view(body, 'text/xml')
        expect(shown.view.kind).toBe('xml')
        expect(textOf(shown).replaceAll(/\s/g, '')).toBe(body.replaceAll(/\s/g, ''))
        expect(pretty(textOf(shown))).toBe(textOf(shown))
      }),
    )
  })

  it('shows what is no XML as it came and says why', () => {
    const broken = [
      '<a><b></a>',
      '<a></b>',
      '<a><b></a></b>',
      '<a>',
      '<a/><b/>',
      'x<a/>',
      '<a <b/>',
      '<!-- ',
      '<>',
      '</a>',
      '',
    ]
    for (const body of broken.filter((text) => text !== '')) {
      const shown = view(body, 'application/soap+xml')
      expect(shown.view).toMatchObject({ kind: 'text', text: body })
      expect(shown.problem).toContain('says XML, but')
    }
  })

  it('is quick with hostile nesting and attribute lists', () => {
    const started = performance.now()
    expect(layOutXml('<a>'.repeat(200_000) + '</a>'.repeat(200_000), 0, page).kind).toBe('page')
    expect(layOutXml(`<a ${'b '.repeat(500_000)}`, 0, page).kind).toBe('fault')
    expect(layOutXml(`<a ${'b="1" '.repeat(300_000)}/>`, 0, page).kind).toBe('page')
    expect(performance.now() - started).toBeLessThan(3_000)
    expect(view(`<a>${'x'.repeat(5_000_000)}</a>`, 'text/xml')).toMatchObject({ view: { kind: 'text' } })
  })

  it('reads the character set of the declaration', () => {
    const body = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>', 'latin1')
    expect(textOf(view(body, 'text/xml'))).toContain('<a>é</a>')
  })
})
