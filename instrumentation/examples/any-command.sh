# Claude Code, Codex, a script of yours: whatever AGENT is. What the tests say is how the run went.
AGENT=${AGENT:-claude -p}
npx --no-install onset run --outcome-from "node --test" -- $AGENT "make node --test pass"
