import type { Dockerfile, Instruction, Stage } from './dockerfile.ts'

/**
 * Indexes of the stages that are built for certain: the target, and what it
 * stands on or copies from by a plain name. One that is named by a variable
 * may be missing. Without such a target: none.
 */
export function neededStages({ stages }: Dockerfile, target: string | undefined): ReadonlySet<number> {
  const needed = new Set<number>()
  const need = (stage: Stage | undefined): void => {
    if (stage === undefined || needed.has(stage.index)) return
    needed.add(stage.index)
    const before = stages.slice(0, stage.index)
    // A number after FROM would be an image's name.
    need(before.findLast(({ name }) => name === stage.base.toLowerCase()))
    for (const name of stage.instructions.flatMap(fromFlags)) need(stageNamed(before, name))
  }
  need(target === undefined ? stages.at(-1) : stageNamed(stages, target))
  return needed
}

/** A later stage may take the name of one before it. */
function stageNamed(stages: readonly Stage[], name: string): Stage | undefined {
  return /^\d+$/.test(name)
    ? stages[Number(name)]
    : stages.findLast((stage) => stage.name === name.toLowerCase())
}

function fromFlags({ keyword, text }: Instruction): readonly string[] {
  if (keyword !== 'COPY') return []
  return text.split(' ').flatMap((word) => /^--from=(.+)$/.exec(word)?.[1] ?? [])
}
