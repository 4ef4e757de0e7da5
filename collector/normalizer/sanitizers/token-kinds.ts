// Secrets that are known by their own shape, wherever they stand. Formats: each issuer's documentation.

import type { SecretKind } from './secret-kind.ts'
import { prefixed } from './secret-kind.ts'

/** A kind that begins with one of `prefixes`, each with what follows it. */
function issued(
  kind: string,
  covers: string,
  shapes: Readonly<Record<string, string>>
): SecretKind {
  const alternatives = Object.entries(shapes).map(
    ([prefix, rest]) => prefix.replaceAll('.', String.raw`\.`) + rest
  )
  return {
    kind,
    covers,
    begins: Object.keys(shapes),
    pattern: prefixed(`(?:${alternatives.join('|')})`)
  }
}

const each = (prefixes: readonly string[], rest: string): Readonly<Record<string, string>> =>
  Object.fromEntries(prefixes.map((prefix) => [prefix, rest]))

const GITLAB_TYPES = 'pat oas dt rt rtr cbt ptt ft imt agent soat ffct wt'
  .split(' ')
  .map((type) => `gl${type}-`)
const SLACK_TYPES = 'a b c d e o p r s'.split(' ').map((type) => `xox${type}-`)

export const TOKEN_KINDS: readonly SecretKind[] = [
  issued('anthropic_key', 'Anthropic `sk-ant-`', { 'sk-ant-': String.raw`[\w-]{16,}` }),
  {
    ...issued(
      'api_key',
      'OpenAI and services that took over its prefix: `sk-`, `sk-proj-`, `sk-or-v1-`, `sk-lf-`',
      {
        'sk-': String.raw`[\w-]{20,}`
      }
    ),
    // `sk-cube-grid-container-3` is a class name.
    accepts: (secret) => /\d/.test(secret) && /[A-Za-z0-9]{12}/.test(secret)
  },
  // Our own, as an agent may have it to send spans: 43 characters and a checksum of 6.
  issued('onset_key', 'Onset’s own', { onset_: String.raw`[\w-]{49}` }),
  issued('github_token', 'GitHub `ghp_`, `gho_`, `ghu_`, `ghs_`, `ghr_`, `github_pat_`', {
    ...each(['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], '[A-Za-z0-9]{30,}'),
    github_pat_: String.raw`\w{22,}`
  }),
  issued('gitlab_token', 'GitLab `glpat-` and the others that begin with `gl`', {
    ...each(GITLAB_TYPES, String.raw`[\w.-]{20,}`)
  }),
  issued('slack_token', 'Slack `xoxb-`, `xoxp-`, …, `xapp-`', {
    ...each([...SLACK_TYPES, 'xapp-'], String.raw`[\w-]{10,}`)
  }),
  issued('stripe_key', 'Stripe `sk_live_`, `sk_test_`, `rk_live_`, `rk_test_`, `whsec_`', {
    ...each(['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_'], String.raw`\w{16,}`),
    whsec_: String.raw`[\w+/=]{24,}`
  }),
  issued('aws_access_key', 'AWS `AKIA`, `ASIA`', {
    ...each(['AKIA', 'ASIA'], '[A-Z0-9]{16}(?![A-Za-z0-9])')
  }),
  issued('google_key', 'Google `AIza`, `ya29.`, `1//0`, `GOCSPX-`', {
    AIza: String.raw`[\w-]{35,}`,
    'ya29.': String.raw`[\w-]{20,}`,
    '1//0': String.raw`[\w-]{40,}`,
    'GOCSPX-': String.raw`[\w-]{20,}`
  }),
  issued(
    'service_token',
    'Hugging Face `hf_`, npm `npm_`, PyPI `pypi-`, Groq `gsk_`, xAI `xai-`, Perplexity `pplx-`, NVIDIA `nvapi-`, Replicate `r8_`, ' +
      'Tavily `tvly-`, LangSmith `lsv2_`, E2B `e2b_`, Cerebras `csk-`, DigitalOcean `do?_v1_`, SendGrid `SG.`, Vault `hvs.` `hvb.` `hvr.`, ' +
      'Docker `dckr_pat_` `dckr_oat_`, Databricks `dapi`, Shopify `shp??_`, Grafana `glsa_` `glc_`, Linear `lin_api_` `lin_oauth_`, ' +
      'Notion `ntn_`, Atlassian `ATATT3` `ATCTT3` `ATBB`, Postman `PMAK-`, Doppler `dp.pt.`, RubyGems `rubygems_`, ' +
      'Sentry `sntrys_` `sntryu_`, New Relic `NRAK-`, Supabase `sbp_` `sb_secret_`, Tailscale `tskey-`, Figma `figd_`, SonarQube `sqp_` `sqa_`, ' +
      'age `AGE-SECRET-KEY-1`',
    {
      hf_: '[A-Za-z0-9]{30,}',
      npm_: '[A-Za-z0-9]{36,}',
      'pypi-A': String.raw`[\w-]{50,}`,
      gsk_: '[A-Za-z0-9]{40,}',
      'xai-': '[A-Za-z0-9]{60,}',
      'pplx-': '[A-Za-z0-9]{40,}',
      'nvapi-': String.raw`[\w-]{40,}`,
      r8_: '[A-Za-z0-9]{36,}',
      'tvly-': '(?:dev-|prod-)?[A-Za-z0-9]{24,}',
      ...each(['lsv2_pt_', 'lsv2_sk_'], '[0-9a-f]{32}_[0-9a-f]{10}'),
      e2b_: '[0-9a-f]{40}',
      'csk-': '[a-z0-9]{40,}',
      ...each(['dop_v1_', 'doo_v1_', 'dor_v1_'], String.raw`\w{60,}`),
      'SG.': String.raw`[\w-]{16,128}\.[\w-]{16,}`,
      ...each(['hvs.', 'hvb.', 'hvr.'], String.raw`[\w-]{24,}`),
      ...each(['dckr_pat_', 'dckr_oat_'], String.raw`[\w-]{20,}`),
      dapi: '[0-9a-f]{32}(?![0-9a-f])',
      ...each(['shpat_', 'shpca_', 'shppa_', 'shpss_'], '[0-9a-fA-F]{32,}'),
      glsa_: '[A-Za-z0-9]{32}_[0-9A-Fa-f]{8}',
      glc_: '[A-Za-z0-9+/]{32,}={0,2}',
      ...each(['lin_api_', 'lin_oauth_'], '[A-Za-z0-9]{32,}'),
      ntn_: '[A-Za-z0-9]{40,}',
      ...each(['ATATT3', 'ATCTT3'], String.raw`[\w=-]{60,}`),
      ATBB: '[A-Za-z0-9]{28,}',
      'PMAK-': '[0-9a-f]{24}-[0-9a-f]{34}',
      'dp.pt.': '[A-Za-z0-9]{40,}',
      rubygems_: '[0-9a-f]{48}',
      ...each(['sntrys_', 'sntryu_'], String.raw`[\w+/=]{40,}`),
      'NRAK-': '[A-Z0-9]{27}',
      sbp_: '[0-9a-f]{40}',
      sb_secret_: String.raw`[\w-]{20,}`,
      'tskey-': String.raw`[a-z]{2,16}-[\w-]{16,}`,
      figd_: String.raw`[\w-]{36,}`,
      ...each(['sqp_', 'sqa_'], '[0-9a-f]{40}'),
      'AGE-SECRET-KEY-1': '[0-9A-Z]{50,}'
    }
  ),
  // Header and payload are JSON objects, which in base64url always begin with eyJ.
  issued('jwt', 'JSON Web Tokens', { eyJ: String.raw`[\w-]{8,4096}\.eyJ[\w-]{8,}(?:\.[\w-]+)?` })
]
