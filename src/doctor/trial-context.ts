/** What the doctor builds: a context of its own, whose log has numbered lines. */
export interface TrialContext {
  readonly dockerfile: string
  /** Files by name, with their content. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** How many numbered lines its build prints. */
  readonly lines: number
}

/** Each is a layer: a registry takes them in about a second. */
const COPIES = 40

const PRINTED = 1_000

/** Compressed it must be more than a ConfigMap holds (900 KiB). In bytes. */
const WEIGHT = 1_200_000

/**
 * Without a base image every instruction is a numbered line of the log,
 * whatever the executor; with one, a RUN prints them. `random` makes bytes
 * that do not compress: for a context that must be streamed, and an image that is no other's.
 */
export function trialContext(given: {
  readonly baseImage: string | undefined
  readonly isLarge: boolean
  readonly random: (bytes: number) => Uint8Array
}): TrialContext {
  const { baseImage, isLarge, random } = given
  const weight = isLarge ? [['weight', random(WEIGHT)] as const] : []
  const own = ['doctor', random(16)] as const
  if (baseImage !== undefined) {
    const loop = `i=1; while [ $i -le ${PRINTED} ]; do echo doctor-line-$i; i=$((i+1)); done`
    return {
      dockerfile: `FROM ${baseImage}\nCOPY doctor /doctor\nRUN ${loop}\n`,
      files: new Map([own, ...weight]),
      lines: PRINTED,
    }
  }
  const numbers = Array.from({ length: COPIES }, (_, at) => at + 1)
  const names = numbers.map((number) => `doctor-line-${number}`)
  return {
    dockerfile: ['FROM scratch', 'COPY doctor /', ...names.map((name) => `COPY ${name} /`), ''].join('\n'),
    files: new Map([own, ...names.map((name) => [name, Buffer.from(name)] as const), ...weight]),
    lines: COPIES,
  }
}

/** The numbers of the lines in a piece of the log, in any executor's form. */
export function lineNumbers(text: string): readonly number[] {
  return [...text.matchAll(/\bdoctor-line-(\d{1,5})\b/g)].map(([, digits]) => Number(digits))
}
