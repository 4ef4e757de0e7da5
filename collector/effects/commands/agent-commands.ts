// Commands that agents' harnesses add to the shell: SWE-agent's tools, https://swe-agent.com/latest/config/tools/

import type { CommandRule, RuleTable } from './rule.ts'

const LOOKS: CommandRule = { effect: 'explore', stage: 'inspection' }
const EDITS: CommandRule = { effect: 'change', stage: 'implementation' }

export const AGENT_COMMANDS: RuleTable = [
  ['goto scroll_up scroll_down search_dir search_file find_file filemap view', LOOKS],
  ['edit insert undo_edit', EDITS],
  ['create', { ...EDITS, operands: 'written' }],
  [
    'str_replace_editor edit_anthropic',
    {
      ...EDITS,
      operands: 'written',
      valued: '--old_str --new_str --file_text --insert_line --view_range',
      subcommands: {
        view: { ...LOOKS, operands: 'read', valued: '--view_range' },
        ...Object.fromEntries(
          ['create', 'str_replace', 'insert', 'undo_edit'].map((name) => [
            name,
            { ...EDITS, operands: 'written' as const }
          ])
        )
      }
    }
  ],
  ['submit exit_cost exit_forfeit', { effect: 'explore', stage: 'delivery' }]
]
