// `npm run dashboards`: writes deploy/grafana/dashboards.

import { writeFileSync } from 'node:fs'

import { renderDashboards } from './render.ts'

const FOLDER = new URL('../dashboards/', import.meta.url)

for (const [name, text] of renderDashboards()) writeFileSync(new URL(name, FOLDER), text)
