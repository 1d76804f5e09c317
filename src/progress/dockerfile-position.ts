import type { Dockerfile, Instruction, Stage } from './dockerfile.ts'

/** An instruction of the Dockerfile, in its stage. */
export interface Located {
  readonly stage: Stage
  /** The Dockerfile has no other stage. */
  readonly isAlone: boolean
  readonly instruction: Instruction
  /** Counted from 1; the FROM is the first. */
  readonly position: number
}

/**
 * Where in the Dockerfile a build is, by the instructions that its log names,
 * in their order. The same instruction may stand there twice, stages may be
 * left out, and a RUN can forge the log: what is not found ahead is looked for
 * from the beginning, so that one false line does not spoil the rest.
 */
export class DockerfilePosition {
  readonly #all: readonly Located[]
  /** Where to look first: behind the instruction found last. */
  #next = 0

  constructor(dockerfile: Dockerfile) {
    const isAlone = dockerfile.stages.length === 1
    this.#all = dockerfile.stages.flatMap((stage) =>
      stage.instructions.map((instruction, at) => ({ stage, isAlone, instruction, position: at + 1 })),
    )
  }

  /** A stage begins, by its number among all of the Dockerfile; its FROM. */
  enter(index: number): Located | undefined {
    const at = this.#all.findIndex(({ stage }) => stage.index === index)
    if (at < 0) return undefined
    this.#next = at + 1
    return this.#all[at]
  }

  /**
   * The instruction of this text, which the log has on one line; or the ONBUILD
   * that it is the trigger of. Undefined: the Dockerfile has none such.
   */
  find(text: string): Located | undefined {
    const wanted = withoutBlanks(text)
    const at =
      this.#search((written) => written === wanted) ??
      this.#search((written) => written === `ONBUILD${wanted}`)
    if (at === undefined) return undefined
    this.#next = at + 1
    return this.#all[at]
  }

  #search(isWanted: (text: string) => boolean): number | undefined {
    const fits = ({ instruction }: Located): boolean => isWanted(withoutBlanks(instruction.text))
    const ahead = this.#all.findIndex((located, at) => at >= this.#next && fits(located))
    const at = ahead >= 0 ? ahead : this.#all.findIndex(fits)
    return at >= 0 ? at : undefined
  }
}

/** Two parsers join continuation lines with more or fewer blanks; a keyword's case is the author's. */
function withoutBlanks(text: string): string {
  const [keyword = ''] = text.split(/\s/, 1)
  return keyword.toUpperCase() + text.slice(keyword.length).replace(/\s+/g, '')
}
