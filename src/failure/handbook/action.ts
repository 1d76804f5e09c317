import type { Chapter } from './chapter.ts'

export const ACTION = {
  title: 'something else',
  entries: {
    'tool-missing': {
      meaning:
        'The builder that was asked for cannot be used on this runner: its program is not on the PATH, too old, or its daemon does not answer. With `builder: auto`: none of `builders` can be used.',
      causes: [
        'The log says of each builder why; one that can build is enough.',
        '`builder: kaniko` and `builder: buildkit` need no program on the runner, and a cluster.',
        '**The Docker daemon does not answer**: it is not started, or the user of the runner may not use its socket.',
        '**A pull request from a fork**: `auto` does not build those on the runner.',
      ],
      more: '[builders.md](builders.md).',
    },
    internal: {
      meaning: 'The action itself failed: a defect of it, not of your build.',
      causes: [
        'Run the step again with debug logging: «Re-run jobs», «Enable debug logging», or a secret `ACTIONS_STEP_DEBUG` with the value `true`.',
      ],
      more: 'report what it prints, with the version of the action and of the cluster.',
    },
  },
} as const satisfies Chapter
