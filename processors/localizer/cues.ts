// Wordings that say what a step was about, shared by detectors and features. Alternatives without nested
// repetition, because they run on texts that anybody wrote.

/** The world outside could not be reached. */
export const NETWORK_FAILURE =
  /ENETUNREACH|ECONNREFUSED|ETIMEDOUT|timed? ?out|couldn't connect|could not connect|connection (?:refused|reset|error)|network|50[234] |\b403\b|unreachable|resolve host|fetch failed|permission/i

/** Something that was asked for is not there. */
export const NOT_FOUND =
  /not found|no such file|no module named|ModuleNotFoundError|cannot find|does not exist|not installed/i

/** The agent says that it will not get there this way. */
export const GIVES_UP =
  /\b(?:can(?:no|')t|unable to|not (?:available|possible|feasible|accessible|installed|reachable|able)|unavailable|isn't (?:available|installed|possible)|no (?:network|internet|compiler)|without (?:network|internet)|blocked|restricted|requires? (?:user|permission|auth))/i

/** Content that stands in for what the task asked for. */
export const FABRICATES =
  /\b(?:mock(?:ed)?|faked?|dummy|made[- ]up|invent(?:ed|s)?|fabricat\w+|sample (?:data|output|content)|for demonstration|to demonstrate|in a real (?:implementation|world|scenario|app\w*)|rule-based|fallback (?:approach|implementation|data|version)|typical \w+ (?:commands|output|data))\b/i

/** Work that its own author calls unfinished. */
export const DEFERS =
  /\b(?:for now|not (?:yet )?implemented|would go here|placeholder|todo:|simplified (?:version|approach|implementation)|stub)\b/i

/** A closing message that asks, offers or reports a blocker instead of delivering. */
export const ASKS =
  /would you like|let me know|shall i|should i|do you want|if you (?:want|like|prefer)|please (?:provide|confirm|install|run)|grant permission|could you|can you (?:provide|confirm)|\?\s*$/i

/** A claim that the work is done and right. */
export const CLAIMS_SUCCESS =
  /\b(?:success(?:ful(?:ly)?)?|complete[ds]?|all (?:tests|checks|requirements)|works? (?:correctly|perfectly|as expected)|is (?:now )?(?:working|running|fixed|ready)|done|fixed|perfect)\b/i

/** A local address: the agent reached the service it started. */
export const LOCAL_ADDRESS = /localhost|127\.0\.0\.1|0\.0\.0\.0/

/** Whoever the agent speaks with agrees to what it proposed. */
export const CONSENTS =
  /\b(?:yes|yeah|yep|sure|ok(?:ay)?|confirm(?:ed|s)?|proceed|go ahead|please do|sounds (?:good|great|perfect)|that works|perfect|correct|absolutely|do it|fine|great|let's)\b/i
