// Secrets in URLs: in what they authorize with, in parameters, and the URLs that are secrets themselves.

import type { SecretKind } from './secret-kind.ts'
import { isPlaceholder } from './secret-values.ts'

const PARAMETERS = [
  'password',
  'passwd',
  'pwd',
  'token',
  'access_token',
  'auth_token',
  'refresh_token',
  'api_key',
  'apikey',
  'client_secret',
  'secret',
  'sig',
  'signature',
  'x-amz-signature',
  'x-amz-security-token',
  'x-goog-signature'
]

export const URL_KINDS: readonly SecretKind[] = [
  {
    kind: 'webhook',
    covers: 'webhooks of Slack, Discord, Microsoft Teams and Zapier',
    begins: [
      '.slack.com/services/',
      '.slack.com/triggers/',
      '.slack.com/workflows/',
      '/api/webhooks/',
      '.office.com/webhookb2/',
      'hooks.zapier.com/'
    ],
    pattern:
      /(\.slack\.com\/(?:services|triggers|workflows)\/|(?<=discord(?:app)?\.com)\/api\/webhooks\/\d{1,24}\/|\.office\.com\/webhookb2\/|hooks\.zapier\.com\/hooks\/catch\/)([\w/@-]{14,})/g
  },
  {
    kind: 'telegram_token',
    covers: 'Telegram bots, in URLs and alone',
    begins: [':AA', '%3AAA'],
    pattern: /((?<=\d{8,12}):|(?<=\d{8,12})%3A)(AA[\w-]{32,})/g
  },
  {
    kind: 'terraform_token',
    covers: 'Terraform Cloud `.atlasv1.`',
    begins: ['.atlasv1.'],
    pattern: /(\.atlasv1\.)([\w-]{40,})/g
  },
  {
    kind: 'bearer_token',
    covers: '`Bearer` and what follows',
    begins: ['Bearer ', 'BEARER '],
    pattern: new RegExp(
      String.raw`(\b(?:Bearer|BEARER) {1,4}(?:\x1b\[[\d;]{0,16}m){0,2})([\w.~+/=-]{16,})`,
      'g'
    ),
    accepts: (secret) => /\d/.test(secret)
  },
  {
    kind: 'url_password',
    covers: 'passwords in URLs, `scheme://user:password@host`',
    begins: ['://'],
    pattern: /(:\/\/[^\s/?#:@[\]"'<>\\]{0,64}:)([^\s/?#@"'<>\\]{1,256})(?=@)/g,
    accepts: (secret) => !isPlaceholder(secret)
  },
  {
    kind: 'url_parameter',
    covers: `parameters of URLs and forms: \`${PARAMETERS.join('`, `')}\``,
    begins: PARAMETERS.flatMap((name) => [`?${name}=`, `&${name}=`]),
    pattern: new RegExp(`([?&](?:${PARAMETERS.join('|')})=)([^\\s&#"'<>\\\\]{6,})`, 'gi'),
    accepts: (secret) => !isPlaceholder(secret)
  }
]
