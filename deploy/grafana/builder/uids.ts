// The names by which links, bookmarks and alerts find our dashboards.

export const RUNS_DASHBOARD = 'onset-runs'
export const RUN_DASHBOARD = 'onset-run'
export const ONSETS_DASHBOARD = 'onset-onsets'
export const ITSELF_DASHBOARD = 'onset-itself'
