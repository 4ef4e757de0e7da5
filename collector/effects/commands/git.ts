// Version control.

import type { CommandRule, RuleTable } from './rule.ts'

const TELLS: CommandRule = { effect: 'explore', stage: 'inspection' }
const EDITS: CommandRule = { effect: 'change', stage: 'implementation' }
const DELIVERS: CommandRule = { effect: 'change', stage: 'delivery' }
const FETCHES: CommandRule = { effect: 'change', stage: 'dependencies' }

function all(names: string, rule: CommandRule): Record<string, CommandRule> {
  return Object.fromEntries(names.split(' ').map((name) => [name, rule]))
}

export const VERSION_CONTROL_COMMANDS: RuleTable = [
  [
    'git',
    {
      ...EDITS,
      valued: '-C -c --git-dir --work-tree',
      explores: '--version --help --exec-path',
      subcommands: {
        ...all(
          'status log show diff blame grep ls-files ls-tree ls-remote cat-file rev-parse rev-list reflog describe shortlog whatchanged show-ref for-each-ref name-rev merge-base cherry fsck count-objects check-ignore check-attr var help version diff-tree diff-index diff-files symbolic-ref verify-pack range-diff difftool annotate bugreport',
          TELLS
        ),
        ...all('commit push tag request-pull send-email format-patch', DELIVERS),
        tag: { ...DELIVERS, bareExplores: true, explores: '-l --list -n --contains --points-at' },
        ...all('clone fetch pull', FETCHES),
        submodule: {
          ...FETCHES,
          bareExplores: true,
          subcommands: all('status summary foreach', TELLS)
        },
        lfs: {
          ...FETCHES,
          bareExplores: true,
          subcommands: all('ls-files status env logs track', TELLS)
        },
        branch: {
          ...TELLS,
          changes: '-d -D -m -M -c -f --delete --move --copy --set-upstream-to -u --force'
        },
        remote: {
          ...TELLS,
          subcommands: all('add remove rm rename set-url prune update set-head', EDITS)
        },
        config: {
          ...EDITS,
          explores: '--get --list -l --get-all --get-regexp --show-origin',
          subcommands: all('get list', TELLS)
        },
        stash: { ...EDITS, subcommands: all('list show', TELLS) },
        worktree: { ...EDITS, subcommands: all('list', TELLS) },
        bisect: { ...EDITS, subcommands: all('log view visualize', TELLS) },
        notes: { ...EDITS, subcommands: all('list show', TELLS) },
        apply: { ...EDITS, explores: '--check --stat --numstat --summary', reader: 'patch' },
        am: { ...EDITS, reader: 'patch' },
        add: { ...DELIVERS, explores: '-n --dry-run' },
        checkout: { ...EDITS, operands: 'named-written', valued: '-b -B' },
        restore: { ...EDITS, operands: 'named-written', valued: '-s --source' },
        rm: { ...EDITS, operands: 'written' },
        mv: { ...EDITS, operands: 'read-then-written' },
        clean: { ...EDITS, explores: '-n --dry-run' },
        archive: { ...TELLS, writes: '-o --output' },
        'hash-object': { ...TELLS, changes: '-w' }
      }
    }
  ],
  [
    'gh glab hub',
    {
      ...TELLS,
      subcommands: Object.fromEntries(
        ['pr', 'issue', 'release', 'repo', 'gist', 'workflow', 'run', 'label', 'secret', 'mr'].map(
          (name) => [
            name,
            {
              ...TELLS,
              subcommands: {
                ...all(
                  'create merge close reopen edit comment review delete ready upload sync set enable disable rerun cancel fork',
                  DELIVERS
                ),
                ...all('checkout clone download', FETCHES)
              }
            }
          ]
        )
      )
    }
  ],
  [
    'svn hg bzr fossil jj',
    {
      ...EDITS,
      subcommands: {
        ...all(
          'status st log diff info cat list ls blame annotate help id heads summary show',
          TELLS
        ),
        ...all('commit ci push', DELIVERS),
        ...all('checkout co clone update pull', FETCHES)
      }
    }
  ]
]
