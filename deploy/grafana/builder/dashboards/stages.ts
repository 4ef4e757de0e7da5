// Stages as columns: a matrix needs them by name. test/unit/grafana-dashboards.test.ts holds the list
// against the model's.

export const STAGES = [
  'environment',
  'dependencies',
  'inspection',
  'implementation',
  'verification',
  'delivery',
  'planning',
  'research'
] as const
