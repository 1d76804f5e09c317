import fc from 'fast-check'
import { buildkitArgs } from '../../src/plan/buildkit-args.ts'
import { requestOf } from '../request/given.ts'
import { args, BUILDKIT, DECIDED, valuesOf } from './given-buildkit.ts'

/** Flags as buildctl tells them apart: those of --opt and --output are followed by their values. */
function flagNames(words: readonly string[]): readonly string[] {
  const names = words.filter((_, at) => !['--opt', '--output'].includes(words[at - 1] ?? ''))
  return names.map((word) => word.replace(/=.*$/s, ''))
}

/** Reads one record as Go's encoding/csv and go-csvvalue do, strictly. */
function goFields(record: string): readonly string[] {
  const fields: string[] = []
  let rest: string | undefined = record
  while (rest !== undefined) {
    const match: RegExpExecArray | null = /^(?:"((?:[^"]|"")*)"|([^",]*))(?:,|$)/.exec(rest)
    if (match === null) throw new Error(`bare quote in ${rest}`)
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    rest = match[0].endsWith(',') ? rest.slice(match[0].length) : undefined
  }
  return fields
}

describe('whatever a value is', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[",=\n\r $-]{0,12}$/),
    fc.constantFrom(
      ' ',
      'b  ',
      '--allow=security.insecure',
      '"',
      '""',
      ',push=false',
      '\n--opt\nx=y',
      '$(A)',
    ),
  )
  const key = fc.stringMatching(/^[a-zA-Z",.$-]{1,8}$/)
  const known = new Set(flagNames(args({})))

  test('a build-arg and a label are one option, and arrive unchanged', () => {
    fc.assert(
      fc.property(key, hostile, (name, value) => {
        const request = requestOf(BUILDKIT)
        const words = buildkitArgs(
          { ...request, buildArgs: new Map([[name, value]]) },
          { ...DECIDED, labels: new Map([[name, value]]) },
        )
        expect(valuesOf(words, '--opt').slice(1)).toEqual([
          `build-arg:${name}=${value}`,
          `label:${name}=${value}`,
        ])
        expect(flagNames(words).filter((flag) => !known.has(flag))).toEqual([])
      }),
    )
  })

  test('an annotation is one field of the output, as Go reads it', () => {
    fc.assert(
      fc.property(key, hostile, (name, value) => {
        const request = requestOf(BUILDKIT)
        const words = buildkitArgs({ ...request, annotations: new Map([[name, value]]) }, DECIDED)
        expect(goFields(valuesOf(words, '--output')[0] ?? '')).toEqual([
          'type=image',
          'name=ghcr.io/acme/app:1',
          'push=true',
          `annotation.${name}=${value}`,
        ])
        expect(flagNames(words)).toEqual(flagNames(args({})))
      }),
    )
  })

  test('an attribute of an attestation is one field, as Go reads it', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const request = requestOf(BUILDKIT)
        const attestations = [{ type: 'sbom', attributes: [`generator=${value}`, 'a=b'] }] as const
        const words = buildkitArgs({ ...request, frontend: { ...request.frontend, attestations } }, DECIDED)
        const option = valuesOf(words, '--opt').find((one) => one.startsWith('attest:sbom='))
        expect(goFields(option?.slice('attest:sbom='.length) ?? '')).toEqual([`generator=${value}`, 'a=b'])
      }),
    )
  })

  test('a secret’s id is one field, though the request takes only letters, digits, "_", "." and "-"', () => {
    fc.assert(
      fc.property(hostile, (id) => {
        const words = args({}, { secrets: new Map([[id, '/s']]) })
        expect(valuesOf(words, '--secret').map(goFields)).toEqual([[`id=${id}`, 'src=/s']])
      }),
    )
  })

  test('a stage is refused by the request where it could be anything else', () => {
    for (const target of ['a,b', 'a b', '--x', 'a=b', 'a"', 'a\nb'])
      expect(() => args({ target })).toThrow('not the name of one stage')
  })

  test('blanks at the end of a value are its own: buildctl drops those of `--flag=value`', () => {
    const found = args({ 'build-args': 'A=b  \nC=d', annotations: 'x=y  \nz=1' })
    expect(found[found.indexOf('build-arg:A=b  ') - 1]).toBe('--opt')
    expect(valuesOf(found, '--output')[0]).toContain('annotation.x=y  ,')
  })
})
