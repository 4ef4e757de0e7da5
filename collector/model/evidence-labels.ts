// What a person reads where evidence names its detector or feature: a few words that need no knowledge of how
// the localizer works. In one place, so that API, command line and documents say the same.

const LABELS: ReadonlyMap<string, string> = new Map([
  // What detectors found.
  ['wrong_value_written', 'wrote the value that the check rejects'],
  ['own_failing_check', 'wrote the failing check itself'],
  ['removed_required', 'removed what the check asks for'],
  ['lost_service', 'service ended with the session'],
  ['garbled_write', 'wrote a file without usable content'],
  ['crashed_call', 'call that the program died in'],
  ['failing_loop', 'same failing action until the end'],
  ['asked_without_work', 'stopped and asked, with nothing done'],
  ['repetition', 'same action, same result, again'],
  ['no_progress', 'long stretch that brought nothing'],
  ['repeated_error', 'same error again and again'],
  ['fabricated_content', 'made-up content after an error'],
  ['contradicted_success', 'success claimed over a failing check'],
  ['test_regression', 'broke a check that had passed'],
  ['placeholder_left', 'left unfinished on purpose'],
  ['unconfirmed_change', 'change nobody had agreed to'],
  ['requirement_untouched', 'something the task names was never done'],
  ['gave_up', 'went on without what was missing'],
  ['ignored_error', 'error never repaired'],
  ['unverified_success', 'last change never checked'],
  ['edit_revert', 'own change undone'],
  ['unseen_edit', 'edited a file it never read'],
  ['unknown_path', 'path, command or module not there'],
  ['non_zero_exit', 'non-zero exit code'],
  ['tool_error', 'tool reported an error'],
  ['diverged_from_success', 'left the way of a run that succeeded'],
  ['judge', 'the judge’s reason'],
  // What the ranking weighs.
  ['write', 'wrote a file of the work'],
  ['produce', 'made or changed a file'],
  ['change', 'changed state without writing a file'],
  ['plan', 'only planned'],
  ['surviving_share', 'wrote much of what is left at the end'],
  ['slice', 'led to what the failing checks read'],
  ['slice_first', 'first change that led to it'],
  ['failure_words', 'wrote words of the failing checks'],
  ['first_of_file', 'first to write the file'],
  ['partial_pass', 'some checks pass, some do not'],
  ['last_unbuilt', 'last action, with nothing written'],
  ['last_never_written', 'last action, and what the checks read is missing'],
  ['after_network_failure', 'decided right after a network failure'],
  ['after_not_found', 'decided right after something was missing'],
  ['gives_up', 'says that it cannot be had'],
  ['plan_after_failure', 'moved on right after a failure'],
  ['said_at_length', 'long message'],
  ['said_answer', 'first said what the run ended with'],
  ['said_numbers', 'numbers with no source'],
  ['said_first_code', 'first code that was run'],
  ['said_failing_code', 'code that failed when run']
])

/** Of one that is not known here, as of a newer version, its name without underscores. */
export function evidenceLabel(detector: string): string {
  return LABELS.get(detector) ?? detector.replaceAll('_', ' ')
}
