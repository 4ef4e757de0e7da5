// Tools of the agents in use and what a call to them does. Names as their documentation gives them,
// lower case and without separators, so that `ReadFile`, `read_file` and `read-file` are one row.

import type { ToolRule, ToolTable } from './tool-rule.ts'

const SHELL: ToolRule = { reading: 'shell', effect: 'explore', stage: 'inspection' }
const KEYSTROKES: ToolRule = { reading: 'keystrokes', effect: 'explore', stage: 'inspection' }
const CODE: ToolRule = { reading: 'code', effect: 'explore', stage: 'verification' }
const SQL: ToolRule = { reading: 'sql', effect: 'explore', stage: 'inspection' }
const READ: ToolRule = { reading: 'read', effect: 'explore', stage: 'inspection' }
const WRITE: ToolRule = { reading: 'write', effect: 'change', stage: 'implementation' }
const PATCH: ToolRule = { reading: 'patch', effect: 'change', stage: 'implementation' }
const EDITOR: ToolRule = { reading: 'editor', effect: 'change', stage: 'implementation' }
const MOVE: ToolRule = { reading: 'move', effect: 'change', stage: 'implementation' }
const LOOK: ToolRule = { reading: 'none', effect: 'explore', stage: 'inspection' }
const RESEARCH: ToolRule = { reading: 'none', effect: 'explore', stage: 'research' }
const PLAN: ToolRule = { reading: 'none', effect: 'explore', stage: 'planning' }
const FINISH: ToolRule = { reading: 'none', effect: 'explore', stage: 'delivery' }
const STOP: ToolRule = { reading: 'none', effect: 'change', stage: 'environment' }
const CHECK: ToolRule = {
  reading: 'none',
  effect: 'explore',
  stage: 'verification',
  verifies: true
}

export const AGENT_TOOLS: ToolTable = [
  // Claude Code: https://docs.claude.com/en/docs/claude-code/settings#tools-available-to-claude
  ['bash', SHELL],
  ['read notebookread viewimage', READ],
  ['write edit multiedit notebookedit', WRITE],
  [
    'glob grep ls lsp toolsearch listmcpresources readmcpresource listmcpresourcestool readmcpresourcetool',
    LOOK
  ],
  [
    'todowrite todoread exitplanmode enterplanmode taskcreate taskupdate taskget tasklist task agent skill slashcommand sendmessage',
    PLAN
  ],
  ['webfetch websearch', RESEARCH],
  ['bashoutput taskoutput agentoutput agentoutputtool', LOOK],
  ['killshell killbash taskstop', STOP],
  ['askuserquestion', PLAN],
  // Codex CLI: https://github.com/openai/codex/tree/main/codex-rs
  ['shell shellcommand localshell localshellcall execcommand unifiedexec containerexec', SHELL],
  ['writestdin', KEYSTROKES],
  ['applypatch', PATCH],
  ['updateplan', PLAN],
  // Gemini CLI: https://github.com/google-gemini/gemini-cli/blob/main/docs/tools/index.md
  ['runshellcommand', SHELL],
  ['readfile readmanyfiles', READ],
  ['writefile replace', WRITE],
  ['listdirectory searchfilecontent findfiles', LOOK],
  ['googlewebsearch', RESEARCH],
  ['savememory memory writetodos', PLAN],
  // OpenHands: https://github.com/All-Hands-AI/OpenHands
  ['executebash run cmdrun cmdrunaction', SHELL],
  [
    'executeipythoncell runipython ipython jupyter python pythonrepl pythoninterpreter codeinterpreter executepython runpython executecode runcode',
    CODE
  ],
  ['strreplaceeditor strreplacebasededittool texteditor editor strreplace fileeditor', EDITOR],
  ['think recall tasktracker requestcondensation', PLAN],
  ['finish', FINISH],
  ['browser browserun browse browseinteractive', RESEARCH],
  // SWE-agent: https://swe-agent.com/latest/config/tools/
  ['open goto scrollup scrolldown viewfile', READ],
  ['create insert undoedit', WRITE],
  ['searchfile searchdir findfile filemap', LOOK],
  ['submit exitcost exitforfeit', FINISH],
  // Cursor, Copilot, VS Code, Cline, Windsurf
  [
    'runterminalcmd runinterminal executecommand runcommand runcommands terminal console command execute exec cmd system sh zsh powershell',
    SHELL
  ],
  [
    'editfile inserteditintofile replacestringinfile multireplacestringinfile createfile createnewfile searchreplace writetofile replaceinfile reapply editnotebook editnotebookfile applyedit deletefile createdirectory',
    WRITE
  ],
  [
    'codebasesearch grepsearch filesearch semanticsearch listdir listfiles searchfiles listcodedefinitionnames geterrors problems usages getchangedfiles getterminaloutput searchcode viewcodeitem viewcontentchunk fetchrules',
    LOOK
  ],
  ['runtests runtest testfailure runtask', CHECK],
  ['fetchwebpage fetch websearchtool searchweb readurlcontent browseraction', RESEARCH],
  [
    'attemptcompletion taskcomplete markttaskcomplete marktaskcomplete done complete finalanswer answer respond returnresult exit',
    FINISH
  ],
  [
    'askfollowupquestion plan createplan todo todos managetodolist sequentialthinking newtask delegate handoff transfer',
    PLAN
  ],
  // Terminus 2 in Harbor, and terminal multiplexers
  ['bashcommand keystrokes sendkeys typekeys tmux terminalinput', KEYSTROKES],
  // MCP file system server: https://github.com/modelcontextprotocol/servers/tree/main/src/filesystem
  ['readtextfile readmediafile readmultiplefiles getfilecontents', READ],
  ['movefile renamefile copyfile', MOVE],
  ['listdirectorywithsizes directorytree getfileinfo listalloweddirectories', LOOK],
  [
    'writefiles appendfile appendtofile overwritefile savefile modifyfile updatefile patchfile insertlines',
    WRITE
  ],
  ['viewfilecontent cat openfile getfile loadfile view', READ],
  [
    'pushfiles createorupdatefile createpullrequest mergepullrequest createcommit gitcommit gitpush commit',
    { reading: 'none', effect: 'change', stage: 'delivery' }
  ],
  [
    'sql executesql runsql sqlquery query runquery executequery querydatabase dbquery readquery writequery sqldbquery',
    SQL
  ],
  ['gitstatus gitdiff gitlog gitshow gitdiffunstaged gitdiffstaged', LOOK]
]
