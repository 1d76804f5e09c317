import type { Dockerfile, Instruction } from './dockerfile.ts'
import { trimEnd } from './trim-end.ts'

/** A `RUN --mount=type=secret`. */
export interface SecretMount {
  /** Undefined where only the builder can know it: a variable is in it. */
  readonly id: string | undefined
  /** Whether the Dockerfile says that it cannot do without. */
  readonly isRequired: boolean
  readonly instruction: Instruction
  /** Index of its stage. */
  readonly stage: number
}

/** The secrets that a Dockerfile mounts; triggers of later builds are not among them. */
export function secretMounts({ stages }: Dockerfile): readonly SecretMount[] {
  return stages.flatMap(({ index, instructions }) =>
    instructions
      .filter(({ keyword }) => keyword === 'RUN')
      .flatMap((instruction) =>
        mountsOf(instruction).map((mount) => ({ ...mount, instruction, stage: index })),
      ),
  )
}

type Options = ReadonlyMap<string, string>

function mountsOf({ text }: Instruction): readonly Pick<SecretMount, 'id' | 'isRequired'>[] {
  const flags = /^RUN\s+((?:--\S+\s+)*)/.exec(text)?.[1] ?? ''
  return flags
    .split(/\s+/)
    .filter((flag) => flag.startsWith('--mount='))
    .map((flag) => optionsOf(flag.slice('--mount='.length)))
    .filter((options) => options.get('type') === 'secret')
    .map((options) => ({ id: idOf(options), isRequired: isTrue(options.get('required')) }))
}

/** `key=value` and `key`, separated by commas; any of them may stand in quotes, as may all. */
function optionsOf(text: string): Options {
  const parts = text.replaceAll(/["']/g, '').split(',')
  return new Map(
    parts.map((part) => {
      const [key = '', ...value] = part.split('=')
      return [key.toLowerCase(), value.join('=')]
    }),
  )
}

/** Without an id it is the last part of the target; a variable in either is the builder's. */
function idOf(options: Options): string | undefined {
  const target = options.get('target') ?? options.get('dst') ?? options.get('destination') ?? ''
  const id = options.get('id') || trimEnd(target, '/').split('/').at(-1) || undefined
  return id?.includes('$') === true ? undefined : id
}

/** As BuildKit reads it: the name alone says it, too. */
function isTrue(value: string | undefined): boolean {
  return value === '' || /^(?:1|t|true)$/i.test(value ?? '')
}
