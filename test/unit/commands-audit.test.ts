// What `onset audit --help` promises, beside what is audited.

import t from 'tap'
import { AUDIT_ACTIONS } from '../../collector/model/index.ts'
import { auditCommand } from '../../instrumentation/commands/index.ts'

t.test('every action that is audited is among those one can ask for', async (t) => {
  const [, listed = ''] = /--action A\s+([^-]+?)\n\s*--/.exec(auditCommand.usage) ?? []
  t.strictSame(listed.split(/[\s,]+/), [...AUDIT_ACTIONS])
})
